"""`python -m monitor` is `channel-monitor`."""

from monitor.cli import main

if __name__ == "__main__":
    main()
