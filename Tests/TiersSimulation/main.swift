// Many simulations, or the picture of what they say.

import ArgumentParser
import Runtime

// A loop has two descriptors, and is kept.
_ = ProcessSettings.prepare()
_ = Simulation.home
SimulateCommand.main()
