"""What every slice uses: settings, database, record, jobs, pages, security. It knows nothing of places, people or
tickets.
"""
