"""What words mean, for every route that takes them: emergencies, crisis, category."""
