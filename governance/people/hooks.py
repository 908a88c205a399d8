"""Events in the life of a person that upper slices act on. They run in the transaction of the change."""

from governance.core.hooks import Hook

person_merged = Hook()  # (old_id, new_id): two persons become one; move the old one's rows and count them once
person_began_anew = Hook()  # (old_id, new_id): a person who left returns; move only what nobody else reads
person_left = Hook()  # (person_id): statements stay, without the name
person_erased = Hook()  # (found): rows about one person are about to be erased; mend what shows or counts them
