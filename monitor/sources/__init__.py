"""Where facts come from: public pages, recorded archives, files. Writes nothing to the store."""
