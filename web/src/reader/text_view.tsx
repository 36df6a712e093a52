import { Button, Empty } from "antd";
import { useEffect, useRef, useState } from "react";
import type { TextPiece } from "../api/library";
import { useApi } from "../app/session";
import { useText } from "../lang/language";
import { useAction } from "../parts/action";
import { useLoad } from "../parts/load";
import { Load } from "../parts/page";
import { Plain } from "../parts/plain";
import { markSpan } from "../text/utf8";
import { joinPieces } from "./pieces";
import type { Target } from "./reader";

const kAroundBytes = 16 * 1024;
const kMoreBytes = 64 * 1024;

/** The text of a document around a span, which is marked; more of it comes on request, so that a huge file stays light. */
export function TextView({ target }: { target: Target }) {
  const { reader } = useText();
  const api = useApi();
  const { document, revision = 0, begin, end } = target;
  const { busy, act } = useAction();
  const loaded = useLoad(`text ${document} ${revision} ${begin ?? 0} ${end ?? 0}`, (signal) =>
    api.library.text(
      document,
      revision,
      {
        begin: Math.max(0, (begin ?? 0) - kAroundBytes),
        end: (end ?? 0) + (begin === undefined ? kMoreBytes : kAroundBytes),
      },
      signal,
    ),
  );
  const [announced, setAnnounced] = useState("");
  const mark = useRef<HTMLElement>(null);
  const ready = loaded.data !== undefined;
  useEffect(() => {
    if (ready) mark.current?.scrollIntoView({ block: "center" });
  }, [ready, begin, end]);

  const earlier = (piece: TextPiece) =>
    act(async () => {
      const more = await api.library.text(document, revision, {
        begin: Math.max(0, piece.begin - kMoreBytes),
        end: piece.begin,
      });
      loaded.setData((old) => joinPieces(more, old));
      setAnnounced(reader.earlier);
    });
  const later = (piece: TextPiece) =>
    act(async () => {
      const more = await api.library.text(document, revision, {
        begin: piece.end,
        end: Math.min(piece.size, piece.end + kMoreBytes),
      });
      loaded.setData((old) => joinPieces(old, more));
      setAnnounced(reader.later);
    });

  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- so that the keyboard can scroll it
    <div tabIndex={0} className="reader-body">
      <Load of={loaded}>
        {(piece) => {
          if (piece.size === 0) return <Empty description={reader.noText} />;
          const cut = markSpan(piece.text, piece.begin, begin ?? 0, begin === undefined ? 0 : (end ?? begin));
          return (
            <>
              {piece.begin > 0 && (
                <Button size="small" loading={busy} onClick={() => void earlier(piece)}>
                  {reader.earlier}
                </Button>
              )}
              <div className="reader-text">
                <Plain text={cut.before} lines />
                {cut.marked !== "" && (
                  <mark ref={mark} aria-label={reader.quoted}>
                    <Plain text={cut.marked} lines />
                  </mark>
                )}
                <Plain text={cut.after} lines />
              </div>
              {piece.end < piece.size && (
                <Button size="small" loading={busy} onClick={() => void later(piece)}>
                  {reader.later}
                </Button>
              )}
              <div className="only-heard" role="status">
                {announced}
              </div>
            </>
          );
        }}
      </Load>
    </div>
  );
}
