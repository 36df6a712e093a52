import { PlusOutlined } from "@ant-design/icons";
import { Button } from "antd";
import type { ChatSummary } from "../../api/ask";
import { Link } from "../../app/router";
import { useFormat, useText } from "../../lang/language";
import { Load } from "../../parts/page";
import type { Pages } from "../../parts/pages";
import { Plain } from "../../parts/plain";

export function History(props: {
  chats: Pages<ChatSummary>;
  current: number | null;
  onNew: () => void;
  onChosen: () => void;
}) {
  const { ask, common } = useText();
  const format = useFormat();
  return (
    <nav aria-label={ask.history} className="history">
      <Button icon={<PlusOutlined />} block onClick={props.onNew}>
        {ask.newChat}
      </Button>
      <Load of={props.chats}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="faint">{ask.noHistory}</p>
          ) : (
            <ul>
              {items.map((chat) => (
                <li key={chat.id}>
                  <Link
                    to={`/ask/${chat.id}`}
                    onClick={props.onChosen}
                    className={chat.id === props.current ? "history-item history-current" : "history-item"}
                    aria-current={chat.id === props.current ? "page" : undefined}
                  >
                    <Plain text={chat.title} />
                    <span className="faint">
                      {format.ago(chat.updated)}
                      {!chat.mine && ` · ${ask.sharedWithMe}`}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Load>
      {props.chats.more && (
        <Button type="text" block loading={props.chats.busy} onClick={props.chats.more}>
          {common.more}
        </Button>
      )}
    </nav>
  );
}
