// Settings as the options of other rooms.
#pragma once
#include "chat/answerer.h"
#include "cli/config.h"
#include "hub/puller.h"
#include "ingest/adder.h"
#include "serve/oidc_options.h"
#include "store/store.h"
#include "vector/index.h"

namespace cvp::cli {

/// The configured folder, else the default one.
sys::Path home_of(const Config& config);
vector::SearchOptions search_options(const Config& config);
/// mode: auto, single, joint, extract; empty: as configured.
chat::AskOptions ask_options(const Config& config, const std::string& mode);
/// Chunk sizes never over what the embedder takes; embedder_tokens 0: there is none.
ingest::AddOptions add_options(const Config& config, store::CollectionId collection,
                               uint32_t embedder_tokens);
hub::PullOptions pull_options(const Config& config);
/// Not checked yet: serve::check_oidc.
serve::OidcOptions oidc_options(const Config& config);
/// The user's own calibration of a model, else the shipped one.
Result<chat::Calibration> calibration_of(store::Store& store, const std::string& model_name);
/// The shipped prompts, and the user's own beside the configuration file.
Result<prompt::Library> load_prompts(const Config& config);

}  // namespace cvp::cli
