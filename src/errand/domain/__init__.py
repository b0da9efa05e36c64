"""The nouns, pure: nothing here knows a database, a queue, a file or a library beyond the standard one."""
