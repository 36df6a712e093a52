// The verbs over what is known about models: search and compare, and the filters they share with list.
#pragma once
#include <string>
#include <vector>

#include "cli/verb.h"

namespace cvp::cli {

struct KnownFilter {
  bool all = false, open = false, service = false, commercial = false, markdown = false;
  std::string lang, largest, smallest, maker;
  bool any() const;
};
void declare_filter(Command& command, KnownFilter& filter);

/// Known models that pass the filter and have every word in their name, maker, family or note.
Result<int> list_known(App& app, const KnownFilter& filter, const std::vector<std::string>& words);

Verb models_search_verb();
Verb models_compare_verb();

}  // namespace cvp::cli
