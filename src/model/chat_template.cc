#include "model/chat_template.h"

#include <array>

namespace cvp::model {
namespace {

/// What stands around the messages of each role.
struct Template {
  std::string_view id;
  std::string_view begin;                // before everything
  std::array<std::string_view, 3> open;  // by Role
  std::array<std::string_view, 3> close;
  bool system_joins_user = false;  // no system role: its text opens the first user's turn
};

constexpr Template kTemplates[] = {
    {.id = "chatml",
     .begin = "",
     .open = {"<|im_start|>system\n", "<|im_start|>user\n", "<|im_start|>assistant\n"},
     .close = {"<|im_end|>\n", "<|im_end|>\n", "<|im_end|>\n"}},
    {.id = "gemma",
     .begin = "<bos>",
     .open = {"<start_of_turn>user\n", "<start_of_turn>user\n", "<start_of_turn>model\n"},
     .close = {"\n\n", "<end_of_turn>\n", "<end_of_turn>\n"},
     .system_joins_user = true},
    {.id = "llama3",
     .begin = "<|begin_of_text|>",
     .open = {"<|start_header_id|>system<|end_header_id|>\n\n",
              "<|start_header_id|>user<|end_header_id|>\n\n",
              "<|start_header_id|>assistant<|end_header_id|>\n\n"},
     .close = {"<|eot_id|>", "<|eot_id|>", "<|eot_id|>"}},
    {.id = "plain", .begin = "", .open = {"", "user: ", "assistant:"}, .close = {"\n\n", "\n\n", "\n\n"}},
};

const Template* find_template(std::string_view id) {
  for (const auto& known : kTemplates)
    if (known.id == id) return &known;
  return nullptr;
}

void add_markup(std::vector<Segment>& segments, std::string_view markup) {
  if (markup.empty()) return;
  if (!segments.empty() && segments.back().markup)
    segments.back().text += markup;
  else
    segments.push_back({std::string(markup), true});
}

}  // namespace

Result<std::vector<Segment>> render_chat(std::string_view template_id, std::span<const Message> messages,
                                         bool open_last) {
  const Template* shape = find_template(template_id);
  if (!shape) {
    return fail(
        Errc::usage,
        text("there is no chat template \"{}\"", "没有名为 “{}” 的对话模板", std::string(template_id)),
        text("the templates are chatml, gemma, llama3 and plain",
             "可用的模板有 chatml、gemma、llama3 和 plain"));
  }
  if (messages.empty()) return fail(Errc::usage, text("there is no message to send", "没有可发送的消息"));
  std::vector<Segment> segments;
  add_markup(segments, shape->begin);
  for (size_t i = 0; i < messages.size(); ++i) {
    const size_t role = static_cast<size_t>(messages[i].role);
    const bool joins = shape->system_joins_user && i > 0 && messages[i - 1].role == Role::system &&
                       messages[i].role != Role::assistant;
    if (!joins) add_markup(segments, shape->open[role]);
    for (const auto& part : messages[i].parts)
      if (!part.empty()) segments.push_back({part, false});
    if (open_last && i + 1 == messages.size()) return segments;
    const bool alone = shape->system_joins_user && messages[i].role == Role::system &&
                       (i + 1 == messages.size() || messages[i + 1].role == Role::assistant);
    add_markup(segments, shape->close[alone ? static_cast<size_t>(Role::user) : role]);
  }
  add_markup(segments, shape->open[static_cast<size_t>(Role::assistant)]);
  return segments;
}

std::vector<std::string> chat_stops(std::string_view template_id) {
  if (template_id == "plain") return {"\n\nuser:", "\nuser:"};
  return {};
}

std::string_view recognise_template(std::string_view jinja) {
  const auto has = [&](std::string_view mark) { return jinja.find(mark) != std::string_view::npos; };
  if (has("<|im_start|>")) return "chatml";
  if (has("<start_of_turn>")) return "gemma";
  if (has("<|start_header_id|>")) return "llama3";
  return "plain";
}

}  // namespace cvp::model
