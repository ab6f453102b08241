#include "daemon/version.h"

namespace fovea::daemon {

std::string_view Version() { return FOVEA_VERSION; }

}  // namespace fovea::daemon
