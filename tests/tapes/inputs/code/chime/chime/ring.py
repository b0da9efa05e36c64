from chime.plan import read_plan


def ring(path, strike):
    for time, bell in read_plan(path):
        try:
            strike(bell)
            print("rang", bell, "at", time)
        except Exception as error:
            print("could not ring", bell, error)
