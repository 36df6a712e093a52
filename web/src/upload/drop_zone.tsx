import { CloudUploadOutlined } from "@ant-design/icons";
import { App, Button } from "antd";
import { useRef, useState, type DragEvent } from "react";
import { useMe } from "../app/session";
import { useFormat, useText } from "../lang/language";
import { chosenEntries, droppedEntries } from "./dropped";
import type { Entry } from "./queue";
import { useUploads } from "./uploads";
import "./upload.css";

/** Files and folders, dropped or chosen, go into the queue of a collection. */
export function DropZone({ collection }: { collection: number }) {
  const { upload } = useText();
  const format = useFormat();
  const { features } = useMe();
  const { notification, message } = App.useApp();
  const { queue } = useUploads();
  const [over, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  const add = (entries: Entry[]) => {
    if (entries.length === 0) return void message.info(upload.nothing);
    const taken = queue.add(collection, entries);
    if (taken < entries.length) {
      notification.warning({
        message: upload.tooMany(format.count(taken), format.count(entries.length - taken)),
        description: upload.tooManyHint,
        duration: 0,
      });
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void droppedEntries(event.dataTransfer).then(add);
  };
  const chosen = (input: HTMLInputElement) => {
    if (input.files) add(chosenEntries(input.files));
    input.value = "";
  };
  return (
    // The buttons below do the same for the keyboard.
    <div
      className={over ? "drop drop-over" : "drop"}
      role="presentation"
      onDragOver={(event) => (event.preventDefault(), setOver(true))}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <CloudUploadOutlined className="drop-icon" aria-hidden />
      <div>
        <strong>{upload.drop}</strong>
        <div className="faint">{upload.dropHint(format.bytes(features.max_upload_bytes))}</div>
      </div>
      <div className="row">
        <Button onClick={() => files.current?.click()}>{upload.files}</Button>
        <Button onClick={() => folder.current?.click()}>{upload.folder}</Button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label={upload.files}
        onChange={(event) => chosen(event.target)}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        aria-label={upload.folder}
        {...{ webkitdirectory: "" }}
        onChange={(event) => chosen(event.target)}
      />
    </div>
  );
}
