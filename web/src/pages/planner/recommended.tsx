import { Button, Empty, Tag } from "antd";
import type { Recommendation, RecommendedModel } from "../../api/plan_types";
import { navigate } from "../../app/router";
import { useFormat, useText } from "../../lang/language";
import { Plain } from "../../parts/plain";
import { Notes } from "./notes";

function ModelView({ model, first }: { model: RecommendedModel; first: boolean }) {
  const { planner, models } = useText();
  const format = useFormat();
  const { answer_seconds: answer } = model;
  return (
    <li className={first ? "recommended recommended-first" : "recommended"}>
      <div className="row">
        <strong>
          <Plain text={model.name} />
        </strong>
        <Tag>{model.quantization}</Tag>
        {!model.in_time && <Tag color="warning">{planner.tooSlow}</Tag>}
        {model.installable && <Tag color="success">{planner.installable}</Tag>}
      </div>
      <div>
        {answer
          ? planner.answerIn(
              format.decimal(answer.value),
              format.decimal(answer.low),
              format.decimal(answer.high),
            )
          : planner.answerUnknown}
      </div>
      <div className="faint">
        {models.memory(format.gib(model.memory_bytes))} · <Plain text={model.licence} />
        {!model.installable && model.where && (
          <>
            {" · "}
            <Plain text={planner.notInstallable(model.where)} />
          </>
        )}
      </div>
      <ul className="faint recommended-reasons">
        {model.reasons.map((reason) => (
          <li key={reason}>
            <Plain text={reason} />
          </li>
        ))}
      </ul>
    </li>
  );
}

export function Recommended({ result }: { result: Recommendation }) {
  const { planner, common } = useText();
  const [best, ...others] = result.chat;
  return (
    <div className="stack">
      <h2>
        <Plain text={result.machine} />
      </h2>
      {!best && <Empty description={planner.noneFits} />}
      {best && (
        <>
          <h3>{planner.recommended}</h3>
          <ul className="recommendations">
            <ModelView model={best} first />
          </ul>
          <Button type="primary" onClick={() => navigate("/models")}>
            {planner.toModels}
          </Button>
        </>
      )}
      {others.length > 0 && (
        <>
          <h3>{planner.alsoGood}</h3>
          <ul className="recommendations">
            {others.map((model) => (
              <ModelView key={model.id} model={model} first={false} />
            ))}
          </ul>
        </>
      )}
      <h3>{planner.embedder}</h3>
      <p>
        <strong>
          <Plain text={result.embedder} />
        </strong>
        {common.colon}
        <Plain text={result.why_embedder} />
      </p>
      <Notes notes={result.notes} />
    </div>
  );
}
