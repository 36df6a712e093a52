import { Alert, Button, Spin } from "antd";
import { navigate } from "../../app/router";
import { useFormat, useText } from "../../lang/language";
import { ErrorView } from "../../parts/error_view";
import { Plain } from "../../parts/plain";
import { FeedbackButtons } from "./feedback";
import { CopyAnswer } from "./copy_answer";
import { SentenceView } from "./sentence";
import { useAskStore } from "./store_context";
import { Sources } from "./sources";
import { citationsOf, rewritten, type Turn } from "./turn";

function Progress({ turn }: { turn: Turn }) {
  const { ask } = useText();
  return (
    <div className="turn-progress" role="status">
      <Spin size="small" />{" "}
      {turn.position > 0 ? (
        ask.queue(turn.position)
      ) : turn.stage ? (
        <Plain text={turn.stage} />
      ) : (
        ask.searching
      )}
    </div>
  );
}

function Outcome({ turn }: { turn: Turn }) {
  const { ask } = useText();
  const { answer } = turn;
  if (!answer || answer.outcome === "answered") return null;
  if (answer.outcome === "extracted")
    return <p className="faint">{answer.note ? <Plain text={answer.note} lines /> : ask.extracted}</p>;
  return (
    <Alert
      type="warning"
      showIcon
      message={answer.note ? <Plain text={answer.note} lines /> : ask.refused}
      action={
        <Button
          size="small"
          onClick={() =>
            navigate(`/search?${new URLSearchParams({ why: answer.question || turn.question }).toString()}`)
          }
        >
          {ask.whyNot}
        </Button>
      }
    />
  );
}

export function TurnView({ turn, mine }: { turn: Turn; mine: boolean }) {
  const { ask, common } = useText();
  const format = useFormat();
  const { store } = useAskStore();
  const citations = citationsOf(turn);
  const again = rewritten(turn);
  return (
    <article className="turn">
      <h2 className="turn-question">
        <span className="only-heard">
          {ask.you}
          {common.colon}
        </span>
        <Plain text={turn.question} lines />
      </h2>
      {again && (
        <p className="turn-rewritten faint">
          {ask.understood}
          {common.colon}
          <Plain text={again} />
        </p>
      )}
      {turn.state === "running" && <Progress turn={turn} />}
      {/* Each checked sentence is read out once, when it arrives. */}
      <div
        className="turn-answer"
        aria-live="polite"
        aria-atomic="false"
        aria-label={ask.answerLabel}
        role="log"
      >
        <Outcome turn={turn} />
        {turn.words && (
          <p className="faint">
            <Plain text={turn.words} lines />
          </p>
        )}
        {turn.sentences.map((sentence, at) => (
          <SentenceView key={at} sentence={sentence} citations={citations} />
        ))}
      </div>
      {turn.state === "cancelled" && <p className="faint">{ask.cancelled}</p>}
      {turn.error && (
        <ErrorView error={turn.error} onRetry={mine ? () => void store.retry(turn) : undefined} />
      )}
      {turn.citations.length > 0 && (
        <Sources
          title={turn.answer?.outcome === "refused" ? ask.nearest : ask.sources}
          citations={turn.citations}
        />
      )}
      {turn.answer && (
        <footer className="turn-foot">
          {mine && <FeedbackButtons turn={turn} />}
          <CopyAnswer turn={turn} />
          <span className="faint">
            {turn.answer.model &&
              ask.byModel(turn.answer.model, format.decimal(turn.answer.timings_ms.total / 1000))}
            {turn.answer.confidence > 0 && ` · ${ask.confidence(format.percent(turn.answer.confidence))}`}
          </span>
        </footer>
      )}
    </article>
  );
}
