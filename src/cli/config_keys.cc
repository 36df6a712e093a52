#include "cli/config_keys.h"

#include <algorithm>

#include "cli/nearest.h"

namespace cvp::cli {
namespace {

using Kind = ConfigKey::Kind;

std::vector<ConfigKey> general_keys() {
  return {
      {.name = "home",
       .kind = Kind::path,
       .help =
           text("folder of the knowledge base, the models and the engine", "存放知识库、模型和引擎的文件夹")},
      {.name = "lang",
       .kind = Kind::choice,
       .fallback = "auto",
       .choices = {"auto", "en", "zh"},
       .help =
           text("language of the program; auto: the locale's", "程序界面语言；auto 表示跟随系统区域设置")},
      {.name = "log.level",
       .kind = Kind::choice,
       .fallback = "warn",
       .choices = {"debug", "info", "warn", "error", "off"},
       .help = text("what the operator's log holds", "运行日志的详细程度")},
      {.name = "log.file",
       .kind = Kind::path,
       .help = text("file of the log; empty: standard error", "日志文件；留空则写到标准错误")},
  };
}

std::vector<ConfigKey> engine_keys() {
  return {
      {.name = "engine.path",
       .kind = Kind::path,
       .help = text("llama-server to use; empty: the system's, else the private one",
                    "要使用的 llama-server；留空则先找系统中的，再用私有安装的")},
      {.name = "engine.threads",
       .kind = Kind::integer,
       .fallback = "0",
       .low = 0,
       .high = 1024,
       .help = text("threads of an engine; 0: all", "引擎使用的线程数；0 表示全部")},
      {.name = "engine.context",
       .kind = Kind::integer,
       .fallback = "4096",
       .low = 512,
       .high = 1 << 20,
       .help = text("context of the chat model, in tokens", "对话模型的上下文长度（词元）")},
      {.name = "engine.cache_mb",
       .kind = Kind::integer,
       .fallback = "-1",
       .low = -1,
       .high = 1 << 20,
       .help = text(
           "memory that keeps passages already read; -1: a quarter of what is free, at most 4096; 0: none",
           "缓存已读段落所用的内存（MB）；-1 表示可用内存的四分之一、最多 4096；0 表示不缓存")},
      {.name = "chat.model",
       .help = text("chat model; empty: the best installed one that fits the memory",
                    "对话模型；留空则用已安装且内存够用的最佳模型")},
      {.name = "chat.endpoint",
       .kind = Kind::url,
       .help = text("OpenAI-compatible server to use instead: http://127.0.0.1:8000/v1",
                    "改用兼容 OpenAI 接口的服务器：http://127.0.0.1:8000/v1")},
      {.name = "chat.remote_model", .help = text("name of the model on that server", "该服务器上的模型名称")},
      {.name = "chat.api_key", .kind = Kind::secret, .help = text("key of that server", "该服务器的密钥")},
  };
}

std::vector<ConfigKey> embedding_keys() {
  return {
      {.name = "embedding.model",
       .help = text("embedding model; empty: the installed one", "向量模型；留空则用已安装的模型")},
      {.name = "embedding.endpoint",
       .kind = Kind::url,
       .help = text("OpenAI-compatible server to use instead", "改用兼容 OpenAI 接口的服务器")},
      {.name = "embedding.remote_model",
       .help = text("name of the model on that server", "该服务器上的模型名称")},
      {.name = "embedding.api_key",
       .kind = Kind::secret,
       .help = text("key of that server", "该服务器的密钥")},
      {.name = "embedding.query_prefix",
       .help = text("what that model wants before a question: \"query: \"",
                    "该模型要求加在问题前的文字：\"query: \"")},
      {.name = "embedding.passage_prefix",
       .help = text("what that model wants before a passage: \"passage: \"",
                    "该模型要求加在段落前的文字：\"passage: \"")},
      {.name = "embedding.max_tokens",
       .kind = Kind::integer,
       .fallback = "512",
       .low = 32,
       .high = 1 << 20,
       .help = text("longest input of that model, in tokens", "该模型单次输入的最大长度（词元）")},
  };
}

std::vector<ConfigKey> answer_keys() {
  return {
      {.name = "search.k",
       .kind = Kind::integer,
       .fallback = "10",
       .low = 1,
       .high = 1000,
       .help = text("hits that `cvp search` shows", "`cvp search` 显示的结果数")},
      {.name = "search.dense_weight",
       .kind = Kind::real,
       .fallback = "0.6",
       .low = 0,
       .high = 1,
       .help = text("share of the vectors in the ranking; the rest is full text",
                    "排序中向量所占的比重，其余为全文检索")},
      {.name = "answer.mode",
       .kind = Kind::choice,
       .fallback = "auto",
       .choices = {"auto", "single", "joint", "extract"},
       .help = text("how passages are read: one by one, several together, or only quoted",
                    "阅读方式：逐段、多段合读，或只摘录原句")},
      {.name = "answer.retrieve",
       .kind = Kind::integer,
       .fallback = "20",
       .low = 1,
       .high = 1000,
       .help = text("passages fetched for a question", "每个问题检索的段落数")},
      {.name = "answer.read_limit",
       .kind = Kind::integer,
       .fallback = "4",
       .low = 1,
       .high = 100,
       .help = text("passages that the model reads one by one, best first",
                    "模型逐段阅读的段落数上限，从最相关的开始")},
      {.name = "answer.sentences",
       .kind = Kind::integer,
       .fallback = "2",
       .low = 1,
       .high = 20,
       .help = text("sentences quoted where nothing is generated", "不生成、只摘录时引用的句数")},
      {.name = "answer.tokens",
       .kind = Kind::integer,
       .fallback = "256",
       .low = 16,
       .high = 8192,
       .help = text("longest answer over one passage, in tokens", "针对一个段落的回答的最大长度（词元）")},
      {.name = "answer.refuse_below",
       .kind = Kind::real,
       .fallback = "-1",
       .low = -1,
       .high = 1,
       .help = text("confidence below which an answer is refused; -1: as calibrated",
                    "低于此可信度则拒答；-1 表示用校准值")},
  };
}

std::vector<ConfigKey> ingest_keys() {
  return {
      {.name = "ingest.chunk_tokens",
       .kind = Kind::integer,
       .fallback = "360",
       .low = 32,
       .high = 8192,
       .help = text("length of a passage that is aimed at, in tokens", "段落的目标长度（词元）")},
      {.name = "ingest.max_tokens",
       .kind = Kind::integer,
       .fallback = "480",
       .low = 48,
       .high = 8192,
       .help = text("longest passage, in tokens", "段落的最大长度（词元）")},
      {.name = "ingest.overlap_tokens",
       .kind = Kind::integer,
       .fallback = "40",
       .low = 0,
       .high = 1024,
       .help = text("text shared with the passage before, in tokens", "与上一段重叠的长度（词元）")},
      {.name = "ingest.workers",
       .kind = Kind::integer,
       .fallback = "2",
       .low = 1,
       .high = 64,
       .help = text("files that are parsed at the same time", "同时解析的文件数")},
      {.name = "hub.hugging_face",
       .kind = Kind::url,
       .fallback = "https://huggingface.co",
       .help = text("Hugging Face, or a mirror of it", "Hugging Face 或其镜像站的地址")},
      {.name = "hub.modelscope",
       .kind = Kind::url,
       .fallback = "https://modelscope.cn",
       .help = text("ModelScope, or a mirror of it", "ModelScope 或其镜像站的地址")},
  };
}

std::vector<ConfigKey> serve_keys() {
  return {
      {.name = "serve.listen",
       .fallback = "127.0.0.1:8080",
       .help = text("address and port of `cvp serve`; several are separated by commas",
                    "`cvp serve` 的地址和端口；多个以逗号分隔")},
      {.name = "serve.names",
       .help = text("names besides addresses under which browsers may reach it: kb.example.org",
                    "除地址外，浏览器访问时可用的名称：kb.example.org")},
      {.name = "serve.tls_certificate",
       .kind = Kind::path,
       .help =
           text("certificate chain (PEM) for https; empty: http", "https 用的证书链（PEM）；留空则用 http")},
      {.name = "serve.tls_key",
       .kind = Kind::path,
       .help = text("its private key (PEM)", "证书的私钥（PEM）")},
      {.name = "serve.max_upload_mb",
       .kind = Kind::integer,
       .fallback = "200",
       .low = 1,
       .high = 4096,
       .help = text("largest file that may be uploaded", "允许上传的最大文件（MB）")},
  };
}

std::vector<ConfigKey> oidc_keys() {
  return {
      {.name = "serve.oidc_issuer",
       .kind = Kind::url,
       .help = text("OpenID Connect provider with whose accounts people sign in: https://id.example.org; "
                    "empty: passwords only",
                    "OpenID Connect 身份提供方，用户可用其账号登录：https://id.example.org；留空则只用密码")},
      {.name = "serve.oidc_client_id",
       .help = text("cvp's name at that provider (client id)", "cvp 在身份提供方登记的客户端 ID")},
      {.name = "serve.oidc_client_secret",
       .kind = Kind::secret,
       .help = text("its secret there; empty for a public client", "客户端密钥；公开客户端留空")},
      {.name = "serve.oidc_redirect",
       .kind = Kind::url,
       .help = text("where browsers come back, as registered there: https://kb.example.org/api/oidc/callback",
                    "登记的回调地址：https://kb.example.org/api/oidc/callback")},
      {.name = "serve.oidc_groups_claim",
       .help = text("claim with the names of a person's groups; empty: groups are kept in cvp",
                    "包含用户所属组名的声明（claim）；留空则在 cvp 中管理用户组")},
      {.name = "serve.oidc_default_role",
       .kind = Kind::choice,
       .fallback = "none",
       .choices = {"none", "reader", "editor"},
       .help = text("role of whoever signs in for the first time; none: only accounts that were linked may",
                    "首次登录者的角色；none 表示只允许已关联的账号登录")},
  };
}

}  // namespace

std::string ConfigKey::environment_name() const {
  std::string out = "CVP_" + name;
  for (char& c : out) {
    if (c == '.') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> keys = [] {
    std::vector<ConfigKey> all = general_keys();
    for (auto&& group :
         {engine_keys(), embedding_keys(), answer_keys(), ingest_keys(), serve_keys(), oidc_keys()})
      all.insert(all.end(), group.begin(), group.end());
    return all;
  }();
  return keys;
}

const ConfigKey* find_config_key(std::string_view name) {
  const auto& keys = config_keys();
  const auto at =
      std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& key) { return key.name == name; });
  return at == keys.end() ? nullptr : &*at;
}

std::string nearest_config_key(std::string_view name) {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) names.push_back(key.name);
  if (std::string found = nearest(name, names); !found.empty()) return found;
  // The section may be wrong and the rest right: "model.chat", "k".
  const std::string_view last = name.substr(name.find_last_of('.') + 1);
  for (const std::string& key : names) {
    if (key.ends_with("." + std::string(last))) return key;
  }
  return {};
}

}  // namespace cvp::cli
