"""What every slice stands on: settings, database, record, jobs, pages, safety. It knows no word of the subject."""
