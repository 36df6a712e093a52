import { isHidden, type Citation } from "../../api/ask";
import { useText } from "../../lang/language";
import { Plain } from "../../parts/plain";
import { useReader } from "../../reader/reader";
import { targetOf } from "./sentence";

function Source({ citation }: { citation: Citation }) {
  const { ask } = useText();
  const { open } = useReader();
  return (
    <button type="button" className="source" onClick={() => open(targetOf(citation))}>
      <span className="source-head">
        <span className="source-number">[{citation.number}]</span>
        <strong>
          <Plain text={citation.title || citation.name} />
        </strong>
        <span className="faint">
          {citation.heading && <Plain text={citation.heading} />}
          {citation.page > 0 && <> {ask.page(citation.page)}</>}
        </span>
      </span>
      <span className="source-quote">
        <Plain text={citation.quote} />
      </span>
    </button>
  );
}

export function Sources({ title, citations }: { title: string; citations: Citation[] }) {
  return (
    <section className="sources">
      <h3>{title}</h3>
      <ol>
        {citations.map((citation) => (
          <li key={citation.number}>
            {isHidden(citation) ? (
              <span className="faint">
                [{citation.number}] <Plain text={citation.title} />
              </span>
            ) : (
              <Source citation={citation} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
