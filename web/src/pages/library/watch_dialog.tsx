import { DeleteOutlined } from "@ant-design/icons";
import { Button, Input, Modal, Tag } from "antd";
import { useState } from "react";
import type { Collection, Watch } from "../../api/library";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { oneLine } from "../../text/printable";

function Row({ watch, onRemoved }: { watch: Watch; onRemoved: () => void }) {
  const { library, common } = useText();
  const format = useFormat();
  const api = useApi();
  const { busy, act } = useAction();
  const when = watch.checked === null ? common.never : format.ago(watch.checked);
  return (
    <li className="access-row">
      <div>
        <code>
          <Plain text={watch.folder} />
        </code>{" "}
        <Tag color={watch.state === "watching" ? "success" : "error"}>{library.watchStates[watch.state]}</Tag>
        <div className="faint">{library.watchRow(format.count(watch.documents), when)}</div>
        {watch.message && <Plain text={watch.message} lines />}
      </div>
      <Button
        type="text"
        loading={busy}
        icon={<DeleteOutlined />}
        aria-label={library.unwatch(oneLine(watch.folder))}
        onClick={async () => (await act(() => api.library.unwatch(watch.id))) && onRemoved()}
      />
    </li>
  );
}

export function WatchDialog({ collection, onClose }: { collection: Collection; onClose: () => void }) {
  const { library, common } = useText();
  const api = useApi();
  const { busy, act } = useAction();
  const [folder, setFolder] = useState("");
  const watches = useLoad("watches", (signal) => api.library.watches(signal));
  const add = async () => {
    if (await act(() => api.library.watch(collection.id, folder.trim()))) {
      setFolder("");
      watches.reload();
    }
  };
  return (
    <Modal open title={library.watchTitle} footer={null} onCancel={onClose}>
      <p className="faint">{library.watchHint}</p>
      <Load of={watches}>
        {({ items }) => {
          const here = items.filter((one) => one.collection === collection.id);
          if (here.length === 0) return <p>{library.noWatches}</p>;
          return (
            <ul className="access">
              {here.map((watch) => (
                <Row key={watch.id} watch={watch} onRemoved={watches.reload} />
              ))}
            </ul>
          );
        }}
      </Load>
      <div className="row">
        <Input
          className="grow"
          value={folder}
          maxLength={4000}
          aria-label={library.watchFolder}
          placeholder={library.watchPlaceholder}
          onChange={(event) => setFolder(event.target.value)}
          onPressEnter={() => folder.trim() !== "" && void add()}
        />
        <Button type="primary" loading={busy} disabled={folder.trim() === ""} onClick={() => void add()}>
          {common.add}
        </Button>
      </div>
    </Modal>
  );
}
