// What systemd hands a service it starts, and wants to hear from it (sd_listen_fds(3), sd_notify(3)).
#pragma once
#include <string_view>
#include <vector>

namespace cvp::sys {

/// Listening sockets that were handed over; empty when this process was not started so. The variables are
/// taken out of the environment, so that no child takes them for its own.
std::vector<int> handed_over_sockets();

/// "READY=1", "STOPPING=1", "STATUS=…". Nothing happens where nobody wants to know. While offline another
/// process says it, so that the unit needs NotifyAccess=all.
void tell_service_manager(std::string_view state);

}  // namespace cvp::sys
