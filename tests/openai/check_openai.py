#!/usr/bin/env python3
"""cvp's /v1 with the real `openai` package: check_openai.py BASE_URL KEY. What needs a chat model or an embedder is tried
where the server has one; the rest holds without any."""
import asyncio
import itertools
import math
import sys

import openai

from native import COLLECTION, NAME, QUESTION, TEXT, check, main, raises, same

MODEL = f"cvp:{COLLECTION}"
NEVER = "Which planet did the Elbrus gardeners leave for in 1740?"


def extra(thing, name):
    """A field that the package has no type for."""
    fields = thing.model_extra or {}
    check(name in fields, f"{type(thing).__name__} has no {name}")
    return fields[name]


def messages(words):
    return [{"role": "user", "content": words}]


def check_models(client):
    ids = [model.id for model in client.models.list()]
    check("cvp" in ids and MODEL in ids, f"models: {ids}")
    for name in ids:
        model = client.models.retrieve(name)
        same((model.id, model.object, model.owned_by), (name, "model", "cvp"), "retrieve")
    missing = raises(openai.NotFoundError, lambda: client.models.retrieve("gpt-4o"), "an unknown model")
    same((missing.code, missing.type, missing.param), ("not_found", "invalid_request_error", None), "its error")
    return [name for name in ids if name != "cvp" and not name.startswith("cvp:")]


def check_errors(client, base_url):
    stranger = openai.OpenAI(base_url=f"{base_url}/v1", api_key="cvp_wrong", max_retries=0)
    refused = raises(openai.AuthenticationError, stranger.models.list, "a wrong key")
    same((refused.code, refused.type), ("unauthenticated", "authentication_error"), "a wrong key")
    check(refused.request_id, "an error has no request id")
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    for what, wanted in (("n", {"n": 2}), ("tools", {"tools": [tool]}), ("logprobs", {"logprobs": True}),
                         ("image_url", {"messages": [{"role": "user", "content": [image]}]}),
                         ("json_object", {"response_format": {"type": "json_object"}}),
                         ("temprature", {"extra_body": {"temprature": 1}})):
        arguments = {"model": "cvp", "messages": messages("x"), **wanted}
        error = raises(openai.BadRequestError, lambda: client.chat.completions.create(**arguments), what)
        same((error.code, error.type), ("usage", "invalid_request_error"), what)
        check(what in error.message, f"{what} is not named: {error.message}")
    raises(openai.NotFoundError, lambda: client.chat.completions.create(model="cvp:nonsuch", messages=messages("x")),
           "an unknown collection")


def check_files(client, collection):
    """The id of a file that stays."""
    made = client.files.create(file=(NAME, TEXT.encode()), purpose="user_data", extra_body={"collection": COLLECTION})
    same((made.object, made.filename, made.purpose, made.status), ("file", NAME, "user_data", "processed"), "a new file")
    same((made.bytes, extra(made, "cvp")["collection"]), (len(TEXT.encode()), collection), "a new file")
    same(client.files.retrieve(made.id).filename, NAME, "retrieve")
    same(client.files.content(made.id).read().decode(), TEXT, "content")
    other = client.files.create(file=("笔记 \"1\".txt", "别的内容。".encode()), purpose="assistants",
                                extra_query={"collection": str(collection)})
    same(other.filename, "笔记 \"1\".txt", "a name of any kind")
    listed = [file.id for file in itertools.islice(client.files.list(limit=1), 10)]
    same(listed[:2], [other.id, made.id], "the newest first, page by page")
    same(len(set(listed)), len(listed), "each file once")
    same((client.files.delete(other.id).deleted, client.files.delete(made.id).id), (True, made.id), "delete")
    raises(openai.NotFoundError, lambda: client.files.retrieve(other.id), "a removed file")
    raises(openai.NotFoundError, lambda: client.files.content(other.id), "its content")
    again = client.files.create(file=(NAME, TEXT.encode()), purpose="user_data", extra_body={"collection": COLLECTION})
    for what, wanted in (("fine-tune", {"purpose": "fine-tune"}), ("an empty name", {"file": ("..", b"x")})):
        arguments = {"file": (NAME, TEXT.encode()), "purpose": "user_data", "extra_body": {"collection": COLLECTION}}
        raises(openai.BadRequestError, lambda: client.files.create(**{**arguments, **wanted}), what)
    raises(openai.NotFoundError, lambda: client.files.create(file=(NAME, b"x"), purpose="user_data",
                                                             extra_body={"collection": "nonsuch"}), "no such collection")
    return again.id


def check_citations(content, annotations, file):
    check(annotations, "an answer without citations")
    for one in annotations:
        same(one["type"], "url_citation", "an annotation")
        url, cited = one["url_citation"], one["cvp"]
        same(content[url["start_index"]:url["end_index"]], f"[{cited['number']}]", "the place of a mark")
        same(f"file-{cited['document']}", file, "the document cited")
        same(TEXT.encode()[cited["begin"]:cited["end"]].decode(), cited["quote"], "the words cited")
        same(url["url"], f"/documents/{cited['document']}?revision={cited['revision']}&begin={cited['begin']}"
                         f"&end={cited['end']}", "its address")
        check(url["title"], "a citation without a title")


def check_answers(client, file):
    quoting = {"cvp": {"mode": "extract"}}
    whole = client.chat.completions.create(model=MODEL, messages=messages(QUESTION), extra_body=quoting)
    same((whole.object, whole.model, whole.choices[0].finish_reason), ("chat.completion", MODEL, "stop"), "an answer")
    message = whole.choices[0].message
    check("7:40" in message.content, f"the answer: {message.content}")
    same(extra(whole, "cvp")["outcome"], "extracted", "its outcome")
    check_citations(message.content, [one.model_dump() for one in message.annotations], file)
    same(whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens, "its usage")

    chunks = list(client.chat.completions.create(model="cvp", messages=messages(QUESTION), stream=True,
                                                 stream_options={"include_usage": True},
                                                 extra_body={"cvp": {"mode": "extract", "collections": [COLLECTION]}}))
    same({chunk.object for chunk in chunks}, {"chat.completion.chunk"}, "chunks")
    same(len({chunk.id for chunk in chunks}), 1, "ids of chunks")
    same(chunks[0].choices[0].delta.role, "assistant", "the first chunk")
    content = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    same(content, message.content, "the streamed answer")
    last = chunks[-2].choices[0]
    same(last.finish_reason, "stop", "the last chunk")
    check_citations(content, extra(last.delta, "annotations"), file)
    same((chunks[-1].choices, chunks[-1].usage.completion_tokens), ([], whole.usage.completion_tokens), "usage at the end")
    check(all(chunk.usage is None for chunk in chunks[:-1]), "usage before the end")

    refused = client.chat.completions.create(model=MODEL, messages=messages(NEVER), temperature=0, top_p=1, n=1,
                                             presence_penalty=0, user="somebody", store=False)
    same((refused.choices[0].finish_reason, refused.choices[0].message.refusal), ("stop", None), "a refusal")
    check(refused.choices[0].message.content, "an answer of any kind has words")


def check_follow_up(client):
    talk = [{"role": "system", "content": "Speak like a pirate."}, *messages(QUESTION),
            {"role": "assistant", "content": "The Elbrus greenhouse opens at 7:40 in the morning.[1]"},
            *messages("And when does it close?")]
    reply = client.chat.completions.create(model=MODEL, messages=talk, extra_body={"cvp": {"mode": "extract"}})
    check("greenhouse" in extra(reply, "cvp")["question"].lower(), f"the follow-up became {extra(reply, 'cvp')}")


async def check_async(base_url, key):
    async with openai.AsyncOpenAI(base_url=f"{base_url}/v1", api_key=key, max_retries=0) as client:
        stream = await client.chat.completions.create(model=MODEL, messages=messages(QUESTION), stream=True,
                                                      extra_body={"cvp": {"mode": "extract"}})
        pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
        check("7:40" in "".join(pieces), "the answer of the asynchronous client")


def check_chat_model(client, model):
    talk = [{"role": "system", "content": "Reply in one short sentence."},
            {"role": "user", "content": [{"type": "text", "text": "Say hello."}]}]
    whole = client.chat.completions.create(model=model, messages=talk, max_tokens=16, seed=1, stop=["\n\n"])
    check(whole.choices[0].message.content, "the chat model says nothing")
    check(whole.choices[0].finish_reason in ("stop", "length"), "its finish reason")
    same(whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens, "its usage")
    chunks = list(client.chat.completions.create(model=model, messages=talk, max_completion_tokens=16, seed=1, stream=True,
                                                 stream_options={"include_usage": True}))
    check("".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices), "its stream is empty")
    check(chunks[-1].usage.total_tokens > 0, "its stream has no usage")


def check_vectors(client, model):
    words = ["first text", "第二段文本"]
    packed = client.embeddings.create(model=model, input=words)
    plain = client.embeddings.create(model=model, input=words, encoding_format="float", dimensions=len(packed.data[0].embedding))
    same([one.index for one in packed.data], [0, 1], "the order of vectors")
    for one, other in zip(packed.data, plain.data):
        same([round(x, 5) for x in one.embedding], [round(x, 5) for x in other.embedding], "both formats")
        check(math.isclose(sum(x * x for x in one.embedding), 1, abs_tol=1e-3), "a vector is not normalised")
    check(packed.usage.prompt_tokens > 0, "vectors without usage")
    raises(openai.BadRequestError, lambda: client.embeddings.create(model=model, input=[1, 2, 3]), "tokens")
    raises(openai.BadRequestError, lambda: client.embeddings.create(model=model, input="a", dimensions=7), "dimensions")
    ranked = client.post("/rerank", cast_to=object, body={"model": model, "query": QUESTION, "top_n": 1,
                                                          "documents": ["Soup is served at noon.", {"text": TEXT}]})
    same([one["index"] for one in ranked["results"]], [1], "the best of two")
    same(ranked["results"][0]["document"]["text"], TEXT, "its text")


def checks(base_url, key, _native, collection):
    client = openai.OpenAI(base_url=f"{base_url}/v1", api_key=key, max_retries=0, timeout=300)
    models = check_models(client)
    check_errors(client, base_url)
    file = check_files(client, collection)
    check_answers(client, file)
    check_follow_up(client)
    asyncio.run(check_async(base_url, key))
    for model in models:
        try:
            client.embeddings.create(model=model, input="a")
        except openai.BadRequestError:
            check_chat_model(client, model)
        except openai.InternalServerError as error:
            same(error.status_code, 503, "a server without an embedder")
            check_chat_model(client, model)
        else:
            check_vectors(client, model)
    print(f"models tried: {', '.join(models) or 'none'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], checks))
