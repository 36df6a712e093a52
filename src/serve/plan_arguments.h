// Questions to the planner from the network, as arguments of the verbs. Nothing that came from a body can
// become an option, open a file or start a download: a model is named by what is known already.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/known_models.h"
#include "sys/files.h"

namespace cvp::serve {

/// What the verb may be given for what was typed: the id of a known or installed model, or a size such as
/// "14B". Errc::usage for paths, addresses and files; Errc::not_found names what is near.
Result<std::string> plan_subject(const std::string& typed, const sys::Path& home,
                                 const plan::KnownModels& known);

/// Of the bodies PlanRequest, BuyRequest and RecommendRequest.
Result<std::vector<std::string>> plan_arguments(const boost::json::object& body, const sys::Path& home,
                                                const plan::KnownModels& known);
Result<std::vector<std::string>> buy_arguments(const boost::json::object& body, const sys::Path& home,
                                               const plan::KnownModels& known);
Result<std::vector<std::string>> recommend_arguments(const boost::json::object& body);

}  // namespace cvp::serve
