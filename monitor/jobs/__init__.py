"""The only wiring: each job joins the rooms for one command. Nothing here parses or judges."""
