"""Who is who: persons and how they are recognised, posts and bodies, signing in, and the one page of permissions."""
