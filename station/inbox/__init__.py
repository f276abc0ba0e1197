"""What lies in the inbox: the mount it stands on, its listing, the files of one shot, their fingerprints."""
