"""What happens to a person that upper slices must act on."""

from governance.core.hooks import Hook

person_merged = Hook()  # (old_id, new_id): they are one; everything the old one did is the new one's, counted once
person_began_anew = Hook()  # (old_id, new_id): who left comes back under a new name; only what nobody reads goes along
person_left = Hook()  # (person_id): what they said stays, without the name
