#!/usr/bin/env python3
"""cvp's /mcp with the reference client, the package `mcp` (2.x): check_mcp.py BASE_URL KEY."""
import sys

import anyio
import mcp
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from native import COLLECTION, Failed, NAME, QUESTION, TEXT, check, main, raises, same

CONFIRMED = {"search", "read", "ask", "list"}  # only read


async def call(client, tool, **arguments):
    """What a call that goes well gives; the client itself checks it against the tool's schema."""
    result = await client.call_tool(tool, arguments)
    check(not result.is_error, f"{tool}: {result.content}")
    check(result.content[0].type == "text" and result.content[0].text, f"{tool} has no text")
    return result.structured_content, result.content[0].text


async def failure(client, tool, **arguments):
    result = await client.call_tool(tool, arguments)
    check(result.is_error, f"{tool} {arguments} went well")
    return result.content[0].text


async def check_tools(client):
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    same(set(tools), CONFIRMED | {"add"}, "the tools of a key with all scopes")
    for name, tool in tools.items():
        check(tool.description and tool.output_schema, f"{name} is not described")
        same(tool.annotations.read_only_hint, name in CONFIRMED, f"readOnlyHint of {name}")


async def check_documents(client):
    added, _ = await call(client, "add", collection=COLLECTION, name=NAME, text=TEXT)
    same((added["outcome"], added["name"]), ("added", NAME), "add")
    document = added["document"]
    again, _ = await call(client, "add", collection=COLLECTION, name=NAME, text=TEXT)
    same((again["outcome"], again["document"]), ("unchanged", document), "add the same")
    collections, _ = await call(client, "list")
    check(any(one["name"] == COLLECTION and one["documents"] == 1 for one in collections["collections"]), "list")
    listed, _ = await call(client, "list", collection=COLLECTION)
    same([one["document"] for one in listed["documents"]], [document], "list of a collection")
    piece, words = await call(client, "read", document=document)
    same((piece["text"], piece["size"]), (TEXT, len(TEXT.encode())), "read")
    check(all(line.startswith("> ") for line in words.splitlines()[1:]), f"what is read is not quoted: {words}")
    found, words = await call(client, "search", query="Elbrus B-117", collections=[COLLECTION], k=3)
    same(found["hits"][0]["document"], document, "search")
    check("> " in words and found["notice"], "what is found is not quoted")
    return document


async def check_answers(client, document):
    answer, words = await call(client, "ask", question=QUESTION, collections=[COLLECTION])
    check(answer["outcome"] in ("answered", "extracted", "refused"), "the outcome")
    if answer["outcome"] != "refused":
        check("7:40" in answer["text"], f"the answer: {answer['text']}")
    for one in answer["citations"]:
        same(one["document"], document, "the document cited")
        same(TEXT.encode()[one["begin"]:one["end"]].decode(), one["quote"], "the words cited")
    check(words.startswith("> "), "the answer is not quoted")


async def check_failures(client):
    check("nonsuch" in await failure(client, "search", query="x", collections=["nonsuch"]), "an unknown collection")
    check("987654321" in await failure(client, "read", document=987654321), "an unknown document")
    check("query" in await failure(client, "search"), "a missing argument")
    check("limit" in await failure(client, "search", query="x", limit=5), "an argument that nobody knows")


async def connect(base_url, key, mode, work):
    async with create_mcp_http_client(headers={"Authorization": f"Bearer {key}"}) as http:
        async with mcp.Client(streamable_http_client(f"{base_url}/mcp", http_client=http), mode=mode) as client:
            await work(client)


async def all_of_it(base_url, key):
    async def with_handshake(client):
        same(client.server_info.name, "cvp", "the server's name")
        check(client.instructions, "no instructions")
        check(client.server_capabilities.tools is not None, "no tools")
        await client.session.send_ping()
        await check_tools(client)
        await check_answers(client, await check_documents(client))
        await check_failures(client)

    async def as_it_likes(client):
        """Looks for the newest protocol first, and falls back."""
        await check_tools(client)
        unknown = None
        try:
            await client.call_tool("format_disk", {})
        except mcp.MCPError as error:
            unknown = error
        check(unknown is not None and unknown.error.code == -32602, "an unknown tool")

    await connect(base_url, key, "legacy", with_handshake)
    await connect(base_url, key, "auto", as_it_likes)


def inside(group, kind):
    """The first exception of a kind in the task groups of the client, or None."""
    if isinstance(group, kind):
        return group
    for one in getattr(group, "exceptions", []):
        if found := inside(one, kind):
            return found
    return None


def run(*arguments):
    """Raises what one of our checks, or the protocol, said."""
    try:
        anyio.run(*arguments)
    except BaseExceptionGroup as group:
        raise inside(group, Failed) or inside(group, mcp.MCPError) or group from None


def checks(base_url, key, _native, _collection):
    async def nothing(_client):
        pass

    run(all_of_it, base_url, key)
    raises(mcp.MCPError, lambda: run(connect, base_url, "cvp_wrong", "legacy", nothing), "a wrong key")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], checks))
