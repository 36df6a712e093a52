#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/generator.h"

namespace cvp::model {

/// A piece of a prompt. Markup is the template's own and is tokenized with special tokens; everything else is
/// data and is tokenized as plain text, whatever it contains.
struct Segment {
  std::string text;
  bool markup = false;
  friend bool operator==(const Segment&, const Segment&) = default;
};

/// The prompt for messages as segments, one for each part of a message. With open_last it ends after the last
/// part of the last message (the state that warm() keeps), else with the opened turn of the assistant. The
/// begin-of-text token is in it where the model wants one. Rendering a longer list of messages or parts only
/// adds segments after the open end, so that prefixes are exact. template_id: "chatml" (Qwen, SmolLM2),
/// "gemma", "llama3", "plain" (models without a template). Errc::usage for others.
Result<std::vector<Segment>> render_chat(std::string_view template_id, std::span<const Message> messages,
                                         bool open_last);

/// Texts that end a reply beyond the model's own end tokens.
std::vector<std::string> chat_stops(std::string_view template_id);

/// The template that a model file's own Jinja text looks like, "plain" where it looks like none of ours.
std::string_view recognise_template(std::string_view jinja);

}  // namespace cvp::model
