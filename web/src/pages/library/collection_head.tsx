import { EllipsisOutlined } from "@ant-design/icons";
import { App, Button, Dropdown, Input, Modal, Progress, Tooltip, type MenuProps } from "antd";
import { useState } from "react";
import type { Collection } from "../../api/library";
import { navigate } from "../../app/router";
import { useApi, useRights } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { Plain } from "../../parts/plain";
import { oneLine } from "../../text/printable";
import { AccessDialog } from "./access_dialog";
import { WatchDialog } from "./watch_dialog";

export function CollectionHead({ collection, onChanged }: { collection: Collection; onChanged: () => void }) {
  const { library, common } = useText();
  const format = useFormat();
  const api = useApi();
  const { admin } = useRights();
  const { modal } = App.useApp();
  const { busy, act } = useAction();
  const [open, setOpen] = useState<"access" | "watch" | null>(null);
  const [name, setName] = useState<string | null>(null);
  const manages = collection.right === "manage";

  const confirmRemove = () =>
    modal.confirm({
      title: library.removeCollectionTitle(oneLine(collection.name)),
      content: library.removeCollectionHint(format.count(collection.documents)),
      okText: common.remove,
      okButtonProps: { danger: true },
      onOk: async () => {
        if (await act(() => api.library.removeCollection(collection.id))) {
          navigate("/library");
          onChanged();
        }
      },
    });
  const rename = async () => {
    if (await act(() => api.library.changeCollection(collection.id, { name: (name ?? "").trim() }))) {
      setName(null);
      onChanged();
    }
  };
  const items: MenuProps["items"] = [
    { key: "rename", label: common.rename, onClick: () => setName(collection.name) },
    { key: "access", label: library.access, onClick: () => setOpen("access") },
    ...(admin ? [{ key: "watch", label: library.watchFolders, onClick: () => setOpen("watch") }] : []),
    { key: "remove", danger: true, label: library.removeCollection, onClick: confirmRemove },
  ];
  const share = collection.chunks > 0 ? collection.vectors_done / collection.chunks : 1;
  return (
    <header className="collection-head">
      <div>
        <h2>
          <Plain text={collection.name} />
        </h2>
        <span className="faint">
          {library.counts(format.count(collection.documents), format.count(collection.chunks))}
        </span>
        {share < 1 && (
          <Tooltip title={library.vectorsHint}>
            <div className="collection-vectors">
              <Progress percent={Math.floor(100 * share)} size="small" aria-label={library.vectorsHint} />
              <span className="faint">
                {library.vectors(format.count(collection.vectors_done), format.count(collection.chunks))}
              </span>
            </div>
          </Tooltip>
        )}
      </div>
      {manages && (
        <div className="row">
          <Button onClick={() => setOpen("access")}>{library.access}</Button>
          <Dropdown autoFocus menu={{ items }} trigger={["click"]}>
            <Button icon={<EllipsisOutlined />} aria-label={library.collectionActions} aria-haspopup="menu" />
          </Dropdown>
        </div>
      )}
      {open === "access" && (
        <AccessDialog collection={collection} onClose={() => setOpen(null)} onSaved={onChanged} />
      )}
      {open === "watch" && <WatchDialog collection={collection} onClose={() => setOpen(null)} />}
      <Modal
        open={name !== null}
        title={library.collectionName}
        okText={common.save}
        confirmLoading={busy}
        okButtonProps={{ disabled: (name ?? "").trim() === "" }}
        onOk={() => void rename()}
        onCancel={() => setName(null)}
      >
        <Input
          value={name ?? ""}
          maxLength={64}
          aria-label={library.collectionName}
          onChange={(event) => setName(event.target.value)}
        />
      </Modal>
    </header>
  );
}
