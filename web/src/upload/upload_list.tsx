import {
  CheckCircleFilled,
  CloseCircleFilled,
  CloseOutlined,
  MinusCircleFilled,
  ReloadOutlined,
} from "@ant-design/icons";
import { Button, Card, Progress } from "antd";
import { useFormat, useText } from "../lang/language";
import { useErrorText, type ShownError } from "../parts/error_view";
import { Plain } from "../parts/plain";
import { oneLine } from "../text/printable";
import { inOrder } from "./order";
import type { UploadItem } from "./queue";
import { useUploads } from "./uploads";

const kShown = 50;

function Failure({ error }: { error: ShownError }) {
  const { title, hint } = useErrorText()(error);
  return (
    <div className="upload-error">
      <Plain text={title} lines />
      {hint && (
        <div className="faint">
          <Plain text={hint} lines />
        </div>
      )}
    </div>
  );
}

function Row({ item }: { item: UploadItem }) {
  const { upload } = useText();
  const { queue } = useUploads();
  const moving = item.state === "sending" || item.state === "reading";
  const percent = item.bytes > 0 ? Math.floor((100 * item.sent) / item.bytes) : 100;
  const icon = {
    done: <CheckCircleFilled className="upload-good" aria-hidden />,
    failed: <CloseCircleFilled className="upload-bad" aria-hidden />,
    cancelled: <MinusCircleFilled className="faint" aria-hidden />,
  };
  return (
    <li className="upload-row">
      <div className="upload-line">
        {item.state in icon && icon[item.state as keyof typeof icon]}
        <Plain text={item.name} />
        <span className="faint nowrap">
          {item.result ? upload.outcomes[item.result.outcome] : upload.states[item.state]}
          {item.state === "sending" && ` ${percent}%`}
        </span>
        {(moving || item.state === "waiting") && (
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined />}
            aria-label={upload.cancelOne(oneLine(item.name))}
            onClick={() => queue.cancel(item.id)}
          />
        )}
        {(item.state === "failed" || item.state === "cancelled") && (
          <Button
            type="text"
            size="small"
            icon={<ReloadOutlined />}
            aria-label={upload.retryOne(oneLine(item.name))}
            onClick={() => queue.retry(item.id)}
          />
        )}
      </div>
      {moving && (
        <Progress
          percent={percent}
          showInfo={false}
          size="small"
          status={item.state === "reading" ? "active" : "normal"}
          aria-label={oneLine(item.name)}
        />
      )}
      {item.error && <Failure error={item.error} />}
      {item.result?.document.notes.map((note) => (
        <div key={note} className="faint">
          <Plain text={note} />
        </div>
      ))}
    </li>
  );
}

export function UploadList() {
  const { upload, common } = useText();
  const format = useFormat();
  const { queue, items } = useUploads();
  if (items.length === 0) return null;
  const finished = items.filter((item) => ["done", "failed", "cancelled"].includes(item.state)).length;
  const failed = items.filter((item) => item.state === "failed").length;
  const shown = inOrder(items).slice(0, kShown);
  return (
    <Card
      size="small"
      title={
        <span role="status">
          {upload.title}
          {common.colon}
          {upload.progress(format.count(finished), format.count(items.length))}
          {failed > 0 && <span className="upload-bad"> · {upload.failedCount(failed)}</span>}
        </span>
      }
      extra={
        finished < items.length ? (
          <Button size="small" onClick={() => queue.cancelAll()}>
            {upload.cancelAll}
          </Button>
        ) : (
          <Button size="small" onClick={() => queue.clearFinished()}>
            {upload.clear}
          </Button>
        )
      }
    >
      <Progress
        percent={Math.floor((100 * finished) / items.length)}
        size="small"
        aria-label={upload.title}
      />
      <ul className="uploads" aria-label={upload.title}>
        {shown.map((item) => (
          <Row key={item.id} item={item} />
        ))}
      </ul>
      {items.length > kShown && (
        <span className="faint">{upload.showMore(format.count(items.length - kShown))}</span>
      )}
    </Card>
  );
}
