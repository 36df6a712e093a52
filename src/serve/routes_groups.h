// Groups of users: rights are given to a group once.
#pragma once
#include <vector>

#include "serve/backend.h"
#include "serve/route.h"

namespace cvp::serve {

std::vector<Route> group_routes(Backend& backend);

}  // namespace cvp::serve
