import { LeftOutlined, RightOutlined, ZoomInOutlined, ZoomOutOutlined } from "@ant-design/icons";
import { Alert, Button, InputNumber } from "antd";
import type { PDFDocumentProxy } from "pdfjs-dist";
import { useEffect, useRef, useState } from "react";
import { useApi } from "../app/session";
import { useText } from "../lang/language";
import { useLoad } from "../parts/load";
import { Plain } from "../parts/plain";
import { oneLine } from "../text/printable";
import { boxStyle } from "./box";
import { openPdf } from "./pdf";
import type { Target } from "./reader";
import { usePdfPage } from "./use_pdf_page";

const kZooms = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];

function useWidth(): [React.RefObject<HTMLDivElement>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!ref.current) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

function usePdf(url: string): { pdf: PDFDocumentProxy | null; failed: boolean } {
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let closed = false;
    const opened = openPdf(url);
    opened.promise.then(
      (loaded) => !closed && setPdf(loaded),
      () => !closed && setFailed(true),
    );
    return () => {
      closed = true;
      opened.close();
    };
  }, [url]);
  return { pdf, failed };
}

export default function PdfView({ target, title }: { target: Target; title: string }) {
  const { reader } = useText();
  const api = useApi();
  const { document, revision = 0, begin, end } = target;
  const { pdf, failed } = usePdf(api.library.originalUrl(document, revision));
  const [page, setPage] = useState(target.page || 1);
  const [zoom, setZoom] = useState(1);
  const [body, width] = useWidth();
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const firstBox = useRef<HTMLDivElement>(null);
  const pages = pdf?.numPages ?? 1;
  const drawn = usePdfPage(pdf, Math.min(page, pages), Math.floor(width * zoom), canvas, layer);
  const cited = begin !== undefined && end !== undefined;
  const boxes = useLoad(cited ? `boxes ${document} ${revision} ${begin} ${end}` : null, (signal) =>
    api.library.boxes(document, revision, { begin: begin ?? 0, end: end ?? 0 }, signal),
  );
  const here = (boxes.data?.items ?? []).filter((box) => box.page === page);

  useEffect(() => {
    setPage(boxes.data?.items[0]?.page ?? (target.page || 1));
  }, [target, boxes.data]);
  // In braces: the newest browsers return a promise from it, which is no clean-up.
  useEffect(() => {
    firstBox.current?.scrollIntoView({ block: "center" });
  }, [drawn.size, boxes.data, page]);

  if (failed) {
    return <Alert type="warning" showIcon message={reader.pdfFailed} description={reader.pdfFailedHint} />;
  }
  const size = drawn.size;
  const zoomAt = kZooms.indexOf(zoom);
  return (
    <>
      <div className="reader-pages">
        <Button
          type="text"
          icon={<LeftOutlined />}
          aria-label={reader.previous}
          disabled={page <= 1}
          onClick={() => setPage(page - 1)}
        />
        <InputNumber
          size="small"
          min={1}
          max={pages}
          value={page}
          controls={false}
          aria-label={reader.pageNumber}
          onChange={(value) => value && setPage(Math.round(value))}
        />
        <span className="faint">/ {pages}</span>
        <Button
          type="text"
          icon={<RightOutlined />}
          aria-label={reader.next}
          disabled={page >= pages}
          onClick={() => setPage(page + 1)}
        />
        <Button
          type="text"
          icon={<ZoomOutOutlined />}
          aria-label={reader.zoomOut}
          disabled={zoomAt <= 0}
          onClick={() => setZoom(kZooms[zoomAt - 1] ?? 1)}
        />
        <Button
          type="text"
          icon={<ZoomInOutlined />}
          aria-label={reader.zoomIn}
          disabled={zoomAt >= kZooms.length - 1}
          onClick={() => setZoom(kZooms[zoomAt + 1] ?? 1)}
        />
      </div>
      {target.quote && (
        <blockquote className="reader-quote" aria-label={reader.quoted}>
          <Plain text={target.quote} />
        </blockquote>
      )}
      {cited && boxes.data?.items.length === 0 && <p className="faint reader-note">{reader.noBoxes}</p>}
      {drawn.failed && (
        <Alert type="warning" banner message={reader.pdfFailed} description={reader.pdfFailedHint} />
      )}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that the keyboard can scroll it */}
      <div tabIndex={0} className="reader-body" ref={body}>
        <div
          className="pdf-page"
          role="group"
          aria-label={reader.image(oneLine(title), page)}
          style={{ width: Math.floor(width * zoom) || "100%" }}
        >
          <canvas ref={canvas} />
          <div className="textLayer" ref={layer} />
          {size &&
            here.map((box, at) => (
              <div
                key={at}
                ref={at === 0 ? firstBox : null}
                className="pdf-box"
                style={boxStyle(box, size)}
                aria-hidden="true"
              />
            ))}
        </div>
      </div>
    </>
  );
}
