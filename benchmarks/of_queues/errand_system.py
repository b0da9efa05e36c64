print("not yet", flush=True)
