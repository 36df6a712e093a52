import {
  DeleteOutlined,
  FileTextOutlined,
  FilePdfOutlined,
  FileWordOutlined,
  InfoCircleOutlined,
} from "@ant-design/icons";
import { App, Button, Tag, Tooltip } from "antd";
import { useState } from "react";
import type { Document } from "../../api/library";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { Plain } from "../../parts/plain";
import { useReader } from "../../reader/reader";
import { oneLine } from "../../text/printable";
import { DocumentDetails } from "./document_details";

function TypeIcon({ type }: { type: string }) {
  if (type === "application/pdf") return <FilePdfOutlined aria-hidden />;
  return type.includes("word") ? <FileWordOutlined aria-hidden /> : <FileTextOutlined aria-hidden />;
}

function Status({ document }: { document: Document }) {
  const { library } = useText();
  const format = useFormat();
  if (document.chunks === 0) {
    return (
      <Tooltip title={library.noPassagesHint}>
        <Tag color="error">{library.noPassages}</Tag>
      </Tooltip>
    );
  }
  if (document.vectors_done < document.chunks) {
    return (
      <Tooltip title={library.vectorsHint}>
        <Tag color="processing">
          {library.vectorsWaiting(format.count(document.vectors_done), format.count(document.chunks))}
        </Tag>
      </Tooltip>
    );
  }
  return <Tag color="success">{library.ready}</Tag>;
}

export function DocumentRow(props: { document: Document; mayWrite: boolean; onChanged: () => void }) {
  const { library, common } = useText();
  const format = useFormat();
  const api = useApi();
  const { document, onChanged } = props;
  const { notification, message } = App.useApp();
  const { busy, act } = useAction();
  const { open } = useReader();
  const [details, setDetails] = useState(false);
  const name = oneLine(document.title || document.name);

  const remove = () =>
    act(async () => {
      const { undo, until } = await api.library.remove(document.id);
      onChanged();
      const key = `removed ${document.id}`;
      const restore = async () => {
        notification.destroy(key);
        if (await act(() => api.library.restore(document.id, undo))) {
          void message.success(library.restored);
          onChanged();
        }
      };
      notification.info({
        key,
        message: library.removed(name),
        duration: Math.max(5, until - Date.now() / 1000),
        actions: (
          <Button type="primary" size="small" onClick={() => void restore()}>
            {common.undo}
          </Button>
        ),
      });
    });
  return (
    <li className="document">
      <span className="document-icon">
        <TypeIcon type={document.media_type} />
      </span>
      <div className="document-main">
        <button
          type="button"
          className="linklike"
          aria-label={library.open(name)}
          onClick={() => open({ document: document.id })}
        >
          <Plain text={document.title || document.name} />
        </button>
        <div className="faint">
          <Plain text={document.name} /> · {format.bytes(document.bytes)} · {format.ago(document.added)}
          {document.revision_number > 1 && ` · ${library.revision(document.revision_number)}`}
        </div>
        {document.notes.map((note) => (
          <div key={note} className="faint">
            {library.noted}
            {common.colon}
            <Plain text={note} />
          </div>
        ))}
      </div>
      <Status document={document} />
      <Tooltip title={library.details}>
        <Button
          type="text"
          icon={<InfoCircleOutlined />}
          aria-label={`${library.details}: ${name}`}
          onClick={() => setDetails(true)}
        />
      </Tooltip>
      {props.mayWrite && (
        <Button
          type="text"
          danger
          loading={busy}
          icon={<DeleteOutlined />}
          aria-label={library.remove(name)}
          onClick={() => void remove()}
        />
      )}
      {details && <DocumentDetails id={document.id} onClose={() => setDetails(false)} />}
    </li>
  );
}
