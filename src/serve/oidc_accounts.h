// The account of whoever signs in through the provider: found, or made the first time.
#pragma once
#include "serve/backend.h"
#include "serve/oidc_person.h"

namespace cvp::serve {

/// With the groups that the provider says. An account with a password is never taken over, whatever it is
/// called. Errc::not_found: nobody here has this subject, and none is made; Errc::refused: it is disabled.
Result<store::User> oidc_account(Backend& backend, const Call& call, const ExternalPerson& person);

}  // namespace cvp::serve
