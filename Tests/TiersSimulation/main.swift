// Many simulations, or the picture of what they say.

import ArgumentParser
import Runtime

_ = Simulation.home
SimulateCommand.main()
