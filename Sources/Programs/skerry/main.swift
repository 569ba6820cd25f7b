// The one program: the edge and the operator's commands. Synchronous, and without any task before
// the edge has routed Swift's global executor to its loops.

SkerryCommand.start()
