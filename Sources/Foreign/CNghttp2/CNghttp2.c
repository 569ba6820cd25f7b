// Nothing of our own: SwiftPM wants a source file beside the header that shows nghttp2.
#include "CNghttp2.h"
