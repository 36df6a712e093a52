import type { Hit } from "../../api/search";
import { useFormat, useText } from "../../lang/language";
import { Plain } from "../../parts/plain";
import { useReader } from "../../reader/reader";
import { oneLine } from "../../text/printable";

export function HitView({ hit }: { hit: Hit }) {
  const { search, common } = useText();
  const format = useFormat();
  const { open } = useReader();
  const title = hit.title || hit.name;
  const rank = (value: number) => (value > 0 ? search.rank(value) : search.notRanked);
  return (
    <li className="hit">
      <div className="hit-head">
        <span className="hit-rank" aria-hidden="true">
          {hit.rank}
        </span>
        <button
          type="button"
          className="linklike"
          aria-label={search.show(oneLine(title))}
          onClick={() =>
            open({
              document: hit.document,
              revision: hit.revision,
              begin: hit.begin,
              end: hit.end,
              page: hit.page,
            })
          }
        >
          <Plain text={title} />
        </button>
        <span className="faint">
          {hit.heading && <Plain text={hit.heading} />} {hit.page > 0 && search.page(hit.page)}
        </span>
      </div>
      <p className="hit-text">
        <Plain text={hit.text} />
      </p>
      <div className="faint row">
        <span>
          {search.score} {format.decimal(hit.score, 3)}
        </span>
        <span>
          {search.byWords}
          {common.colon}
          {rank(hit.text_rank)}
        </span>
        <span>
          {search.byMeaning}
          {common.colon}
          {rank(hit.dense_rank)}
        </span>
      </div>
    </li>
  );
}
