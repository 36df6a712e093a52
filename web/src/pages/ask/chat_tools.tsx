import {
  DeleteOutlined,
  DownloadOutlined,
  EditOutlined,
  EllipsisOutlined,
  ShareAltOutlined,
} from "@ant-design/icons";
import { App, Button, Dropdown, Input, Modal, type MenuProps } from "antd";
import { useState } from "react";
import { useApi } from "../../app/session";
import { useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { Plain } from "../../parts/plain";
import { ShareDialog } from "./share_dialog";
import { useAskStore } from "./store_context";

function download(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}

export function ChatTools({ onRemoved }: { onRemoved: () => void }) {
  const { ask, common } = useText();
  const api = useApi();
  const { modal } = App.useApp();
  const { store, conversation } = useAskStore();
  const { act } = useAction();
  const [title, setTitle] = useState<string | null>(null);
  const [sharing, setSharing] = useState(false);
  const { chat, mine } = conversation;
  if (chat === null) return null;

  const confirmRemove = () =>
    modal.confirm({
      title: ask.removeTitle,
      content: ask.removeHint,
      okText: common.remove,
      okButtonProps: { danger: true },
      onOk: async () => {
        if (await act(() => api.ask.removeChat(chat))) onRemoved();
      },
    });
  const items: MenuProps["items"] = [
    ...(mine
      ? [
          {
            key: "rename",
            icon: <EditOutlined />,
            label: common.rename,
            onClick: () => setTitle(conversation.title),
          },
          { key: "share", icon: <ShareAltOutlined />, label: ask.share, onClick: () => setSharing(true) },
        ]
      : []),
    {
      key: "md",
      icon: <DownloadOutlined />,
      label: ask.exportMd,
      onClick: () => download(api.ask.exportUrl(chat, "md")),
    },
    {
      key: "docx",
      icon: <DownloadOutlined />,
      label: ask.exportDocx,
      onClick: () => download(api.ask.exportUrl(chat, "docx")),
    },
    ...(mine
      ? [
          {
            key: "remove",
            danger: true,
            icon: <DeleteOutlined />,
            label: common.remove,
            onClick: confirmRemove,
          },
        ]
      : []),
  ];
  return (
    <>
      <h1 className="ask-title">
        <Plain text={conversation.title} />
      </h1>
      <Dropdown autoFocus menu={{ items }} trigger={["click"]}>
        <Button type="text" icon={<EllipsisOutlined />} aria-label={ask.chatActions} aria-haspopup="menu" />
      </Dropdown>
      <Modal
        open={title !== null}
        title={ask.renameTitle}
        okText={common.save}
        okButtonProps={{ disabled: (title ?? "").trim() === "" }}
        onCancel={() => setTitle(null)}
        onOk={async () => (await act(() => store.rename((title ?? "").trim()))) && setTitle(null)}
      >
        <Input
          value={title ?? ""}
          maxLength={200}
          aria-label={ask.renameTitle}
          onChange={(event) => setTitle(event.target.value)}
        />
      </Modal>
      {sharing && <ShareDialog onClose={() => setSharing(false)} />}
    </>
  );
}
