// A stand-in for llama-server that works, dies, hangs or talks nonsense as a test tells it. A script of
// Python's standard library.
//
// Its tokens are code points, so that a test can read the prompt that was sent; markup is one token a
// segment: 1,000,000 + its length. The reply to a prompt is "reply:" and the number of its tokens.
// FOLDER/mode is read at the start and at every request.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "model/gguf_writer.h"
#include "model/installed.h"
#include "sys/files.h"
#include "sys/process.h"

namespace cvp::engine {

inline constexpr std::string_view kFakeLlama = R"PY(
import base64, json, os, socketserver, struct, sys, threading, time
from http.server import BaseHTTPRequestHandler
folder, argv = sys.argv[1], sys.argv[2:]
def mode():
    try: return open(folder + '/mode').read().strip()
    except OSError: return 'ok'
def note(name, text):
    with open(folder + '/' + name, 'a') as f: f.write(text + '\n')
def flag(name): return argv[argv.index(name) + 1] if name in argv else ''
note('starts', ' '.join(argv))
note('environment', ' '.join(k + '=' + v for k, v in os.environ.items() if k.startswith(('LLAMA', 'OMP', 'GOMP'))))
print('0.00.001.002 I loading\n0.00.001.003 E fake: these are the last words', file=sys.stderr, flush=True)
if mode() == 'exit-at-start': sys.exit(3)
if mode() == 'bad-model':
    print('0.00.056.226 E llama_model_load: failed to load model', file=sys.stderr, flush=True); sys.exit(1)
if mode() == 'old-build' and '--sse-ping-interval' in argv:
    print('error: invalid argument: --sse-ping-interval', file=sys.stderr, flush=True); sys.exit(1)
if mode() == 'never-listens': time.sleep(600)
key = open(flag('--api-key-file')).read().strip()
assert os.stat(flag('--api-key-file')).st_mode & 0o77 == 0
busy, loading = 0, 3
class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *a): pass
    def answer(self, value, status=200):
        data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status); self.send_header('Content-Length', str(len(data))); self.end_headers(); self.wfile.write(data)
    def do_GET(self):
        if self.path == '/metrics':
            n = 1 if mode() == 'keeps-slot' else busy
            return self.answer('# x\nllamacpp:requests_processing %d\nllamacpp:requests_deferred 0\n' % n)
        self.answer({}, 404)
    def event(self, value):
        data = (value if isinstance(value, str) else 'data: ' + json.dumps(value) + '\n\n').encode()
        self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data)); self.wfile.flush()
    def do_POST(self):
        global busy, loading
        body = self.rfile.read(int(self.headers['Content-Length']))
        if self.headers['Authorization'] != 'Bearer ' + key: return self.answer({'error': {'message': 'bad key'}}, 401)
        request = json.loads(body)
        if mode() == 'loading' and loading > 0:
            loading -= 1
            return self.answer({'error': {'message': 'Loading model', 'code': 503}}, 503)
        if self.path == '/tokenize':
            note('tokenized', request['content'])
            s = request['content']
            ids = [1000000 + len(s)] if request['parse_special'] else [ord(c) for c in s]
            return self.answer({'tokens': ids})
        if self.path == '/v1/embeddings': return self.embed(request)
        busy += 1
        try: self.complete(request)
        finally: busy -= 1
    def embed(self, request):
        m, texts = mode(), request['input']
        note('embedded', json.dumps(texts))
        if any(len(t) > 500 for t in texts): return self.answer({'error': {'message': 'input is too large'}}, 400)
        if m == 'die-in-request': os._exit(7)
        data = []
        for i, t in enumerate(texts):
            v = [float(len(t)), 2.0, 0.0] if m != 'nan' else [float('nan'), 1.0, 1.0]
            if m == 'wrong-dimension': v.append(1.0)
            if m == 'zero': v = [0.0, 0.0, 0.0]
            data.append({'index': i, 'embedding': base64.b64encode(struct.pack('<%df' % len(v), *v)).decode()})
        if m == 'one-missing': data.pop()
        self.answer({'data': data[::-1]})
    def complete(self, request):
        m, ids, probing = mode(), request['prompt'], request['prompt'] == [97]
        note('prompts', json.dumps({'prompt': ids, 'n': request['n_predict'], 'stop': request['stop']}))
        if not probing and m == 'refuses': return self.answer({'error': {'message': 'no such thing', 'code': 400}}, 400)
        if not request['stream']:
            return self.answer({'content': '', 'stop': True, 'completion_probabilities': [
                {'top_logprobs': [{'id': ord('x'), 'logprob': -0.5}, {'id': ord('y'), 'logprob': -9}]}]})
        self.send_response(200); self.send_header('Transfer-Encoding', 'chunked'); self.end_headers()
        self.event({'prompt_progress': {'processed': 0}, 'content': '', 'stop': False})
        if not probing:
            if m == 'die-in-request': os._exit(7)
            if m == 'hang-in-request': time.sleep(600)
            if m == 'garbage': return self.event('data: {"content": \n\n')
            if m == 'error-event': return self.event({'error': {'code': 400, 'message': 'no such thing'}})
            if m == 'breaks-off': self.event({'content': 'half', 'stop': False}); self.close_connection = True; return
            if m == 'slow':
                for i in range(100): self.event({'content': 'w%d ' % i, 'stop': False}); time.sleep(0.05)
        text, event = 'reply:%d' % len(ids), {'content': 'reply:', 'stop': False}
        if request.get('n_probs') and m != 'held-back':
            event['completion_probabilities'] = [{'top_logprobs': [
                {'id': ord('a'), 'logprob': -0.25}, {'id': ord('b'), 'logprob': -2.5}, {'id': 7, 'logprob': -4}]}]
        self.event(event)
        self.event({'content': '%d' % len(ids), 'stop': False})
        self.event({'content': '', 'stop': True, 'stop_type': 'limit' if m == 'limit' else 'eos', 'tokens_predicted': 2,
                    'timings': {'cache_n': len(ids) - 1}})
        self.wfile.write(b'0\r\n\r\n')
class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer): daemon_threads = True
Server(flag('--host'), Handler).serve_forever()
)PY";

/// The script, its folder and a model file small enough to write for every test.
class FakeLlama {
 public:
  FakeLlama() : folder_(sys::TempFolder::create("cvp-fake").value()) {
    EXPECT_TRUE(sys::write_file_atomic(folder_.path() / "fake.py", kFakeLlama));
  }

  static bool available() { return sys::find_program("python3").has_value(); }

  void mode(const std::string& name) { EXPECT_TRUE(sys::write_file_atomic(folder_.path() / "mode", name)); }
  std::vector<std::string> argv() const { return {"python3", path("fake.py"), folder_.path().string()}; }
  sys::Path runtime() const { return folder_.path() / "run"; }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  std::vector<std::string> lines(const std::string& name) const {
    std::ifstream in(path(name));
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  size_t starts() const { return lines("starts").size(); }

  model::InstalledModel model(bool embedder = false) const {
    const std::string kind = embedder ? "bert" : "qwen2";
    auto writer = model::GgufWriter::create(path(kind + ".gguf")).value();
    writer.set("general.architecture", kind.c_str());
    writer.set(kind + ".context_length", uint32_t{embedder ? 64u : 1000u});
    writer.set(kind + ".embedding_length", uint32_t{3});
    writer.set(kind + ".block_count", uint32_t{2});
    writer.set(kind + ".attention.head_count", uint32_t{1});
    if (embedder) writer.set("tokenizer.ggml.model", "t5");  // whose texts are normalised
    const std::array<uint64_t, 1> dims{4};
    writer.declare("token_embd.weight", dims, model::TensorType::f32);
    EXPECT_TRUE(writer.write_header());
    EXPECT_TRUE(writer.write(std::string(16, '\0')));
    EXPECT_TRUE(writer.finish());
    model::InstalledModel made;
    made.entry.id = embedder ? "fake-embedder" : "fake-model";
    made.entry.chat_template = embedder ? "" : "chatml";
    made.entry.query_prefix = embedder ? "q: " : "";
    made.entry.passage_prefix = embedder ? "p: " : "";
    made.entry.pooling = embedder ? "mean" : "";
    made.gguf = path(kind + ".gguf");
    made.gguf_sha256 = "abc";
    made.gguf_bytes = sys::stat_file(made.gguf).value().bytes;
    return made;
  }

 private:
  sys::TempFolder folder_;
};

}  // namespace cvp::engine
