import { HistoryOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Drawer, Grid, Skeleton } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { idOf, navigate, useRoute } from "../../app/router";
import { useLive } from "../../app/jobs";
import { useApi, useMe, useRights } from "../../app/session";
import { useText } from "../../lang/language";
import { useFollow } from "../../parts/follow";
import { useLoad } from "../../parts/load";
import { usePages } from "../../parts/pages";
import { ErrorView } from "../../parts/error_view";
import { useReader } from "../../reader/reader";
import { ChatTools } from "./chat_tools";
import { Composer } from "./composer";
import { History } from "./history";
import { useAskStore } from "./store_context";
import { TurnView } from "./turn_view";
import { Welcome } from "./welcome";
import type { AskOptions } from "./store";
import "./ask.css";

export default function AskPage() {
  const { ask } = useText();
  const api = useApi();
  const { features } = useMe();
  const { admin } = useRights();
  const { xl } = Grid.useBreakpoint();
  const { target } = useReader();
  // Beside an open document there is no room for the list of chats.
  const listed = xl && target === null;
  const { libraryVersion } = useLive();
  const route = useRoute();
  const chat = idOf(route.id);
  const { store, conversation } = useAskStore();
  const [historyOpen, setHistoryOpen] = useState(false);
  const [options, setOptions] = useState<AskOptions>({ mode: "auto", collections: [] });
  const chats = usePages("chats", (after, signal) => api.ask.chats(after, signal));
  const collections = useLoad(`collections ${libraryVersion}`, (signal) => api.library.collections(signal));
  const { turns } = conversation;
  const scroller = useFollow<HTMLDivElement>(`${turns[0]?.key} ${turns.length}`, turns.at(-1));
  const { reload } = chats;

  const arrived = useRef(true);
  useEffect(() => {
    const { chat: left } = store.snapshot();
    // Coming back from another page shows the conversation that was left.
    if (arrived.current && chat === null && left !== null) navigate(`/ask/${left}`, "replace");
    else void store.open(chat);
    arrived.current = false;
  }, [store, chat]);
  useEffect(() => {
    store.onChats = (id) => {
      navigate(`/ask/${id}`, "replace");
      reload();
    };
    return () => {
      store.onChats = () => undefined;
    };
  }, [store, reload]);
  useEffect(() => {
    document.title = `${conversation.title || ask.title} · cvp`;
  }, [conversation.title, ask.title]);

  const send = useCallback((question: string) => void store.ask(question, options), [store, options]);
  const startNew = () => {
    void store.open(null);
    navigate("/ask");
    setHistoryOpen(false);
  };
  const items = collections.data?.items ?? [];
  const nothing = collections.data !== undefined && items.every((one) => one.documents === 0);
  const history = (
    <History
      chats={chats}
      current={conversation.chat}
      onNew={startNew}
      onChosen={() => setHistoryOpen(false)}
    />
  );

  return (
    <div className="ask">
      {listed ? (
        <aside className="ask-history">{history}</aside>
      ) : (
        <Drawer
          open={historyOpen}
          onClose={() => setHistoryOpen(false)}
          title={ask.history}
          placement="left"
          width={300}
        >
          {history}
        </Drawer>
      )}
      <div className="ask-main">
        <div className="ask-head">
          {!listed && (
            <>
              <Button type="text" icon={<HistoryOutlined />} onClick={() => setHistoryOpen(true)}>
                {ask.history}
              </Button>
              <Button type="text" icon={<PlusOutlined />} aria-label={ask.newChat} onClick={startNew} />
            </>
          )}
          {conversation.chat !== null && <ChatTools onRemoved={() => (startNew(), reload())} />}
        </div>
        <div className="ask-turns" ref={scroller}>
          {!features.chat_model && (
            <Alert
              type="info"
              showIcon
              message={ask.noModel}
              action={
                admin && (
                  <Button size="small" onClick={() => navigate("/models")}>
                    {ask.noModelAction}
                  </Button>
                )
              }
            />
          )}
          {conversation.error && (
            <ErrorView error={conversation.error} onRetry={() => void store.open(chat)} />
          )}
          {conversation.loading && <Skeleton active />}
          {conversation.turns.length === 0 && !conversation.loading && !conversation.error && (
            <Welcome nothing={nothing} onAsk={send} />
          )}
          {conversation.turns.map((turn) => (
            <TurnView key={turn.key} turn={turn} mine={conversation.mine} />
          ))}
        </div>
        {conversation.mine ? (
          <Composer
            busy={store.busy}
            followUp={conversation.turns.length > 0}
            collections={items}
            options={options}
            onOptions={setOptions}
            onSend={send}
            onStop={() => store.cancel()}
          />
        ) : (
          <p className="faint ask-readonly">{ask.readOnly}</p>
        )}
      </div>
    </div>
  );
}
