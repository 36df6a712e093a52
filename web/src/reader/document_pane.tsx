import { CloseOutlined, DownloadOutlined } from "@ant-design/icons";
import { Alert, Button, Segmented, Skeleton, Tooltip } from "antd";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useApi } from "../app/session";
import { useText } from "../lang/language";
import { useLoad } from "../parts/load";
import { Load } from "../parts/page";
import { Plain } from "../parts/plain";
import type { Target } from "./reader";
import { TextView } from "./text_view";

const PdfView = lazy(() => import("./pdf_view"));

export default function DocumentPane({ target, onClose }: { target: Target; onClose: () => void }) {
  const { reader } = useText();
  const api = useApi();
  const heading = useRef<HTMLHeadingElement>(null);
  const [view, setView] = useState<"page" | "text">("page");
  const [current, setCurrent] = useState(false);
  const loaded = useLoad(`document ${target.document}`, (signal) =>
    api.library.document(target.document, signal),
  );

  const ready = loaded.data !== undefined;
  useEffect(() => {
    setCurrent(false);
    if (ready) heading.current?.focus();
  }, [target, ready]);

  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- Escape closes, as it does a dialogue
    <div className="reader" onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <Load of={loaded}>
        {(document) => {
          const revision = current ? document.revision : (target.revision ?? document.revision);
          const older = document.revisions.find((one) => one.revision === revision && !one.active);
          // A span belongs to the revision it was cited from.
          const same = target.revision === undefined || target.revision === revision;
          const shown: Target = same ? { ...target, revision } : { document: document.id, revision };
          const pdf = document.media_type === "application/pdf";
          return (
            <>
              <div className="reader-head">
                <h2 ref={heading} tabIndex={-1}>
                  <Plain text={document.title || document.name} />
                </h2>
                <Tooltip title={reader.download}>
                  <Button
                    type="text"
                    icon={<DownloadOutlined />}
                    aria-label={reader.download}
                    href={api.library.originalUrl(document.id, revision)}
                    download
                  />
                </Tooltip>
                <Button type="text" icon={<CloseOutlined />} aria-label={reader.close} onClick={onClose} />
              </div>
              <div className="reader-tools">
                <Plain text={document.name} />
                {pdf && (
                  <Segmented
                    size="small"
                    value={view}
                    onChange={setView}
                    options={[
                      { value: "page", label: reader.pageView },
                      { value: "text", label: reader.textView },
                    ]}
                  />
                )}
              </div>
              {older && (
                <Alert
                  type="info"
                  banner
                  message={reader.older(older.number)}
                  action={
                    <Button size="small" onClick={() => setCurrent(true)}>
                      {reader.showCurrent}
                    </Button>
                  }
                />
              )}
              {pdf && view === "page" ? (
                <Suspense fallback={<Skeleton active className="reader-wait" />}>
                  <PdfView key={`${document.id} ${revision}`} target={shown} title={document.title} />
                </Suspense>
              ) : (
                <TextView key={`${document.id} ${revision} ${shown.begin ?? 0}`} target={shown} />
              )}
            </>
          );
        }}
      </Load>
    </div>
  );
}
