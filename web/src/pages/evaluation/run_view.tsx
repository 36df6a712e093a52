import { Alert, Checkbox, List, Tag } from "antd";
import { useState } from "react";
import type { Run, RunItem } from "../../api/evaluation";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { MeasuresTable } from "./measures_table";
import "./evaluation.css";

function Mark({ item }: { item: RunItem }) {
  const { evaluation } = useText();
  // It says neither where it should be found nor that it should not: nothing to be right or wrong about.
  if (item.outcome === "skipped") return <Tag>{evaluation.outcomes.skipped}</Tag>;
  return <Tag color={item.ok ? "success" : "error"}>{item.ok ? evaluation.right : evaluation.wrong}</Tag>;
}

export function ItemView({ item }: { item: RunItem }) {
  const { evaluation, common } = useText();
  return (
    <div className="run-item">
      <div className="row">
        <Mark item={item} />
        <strong>
          <Plain text={item.question} />
        </strong>
      </div>
      <div className="faint">
        {evaluation.expected}
        {common.colon}
        <Plain text={item.expected.join(" | ") || evaluation.nothingExpected} />
      </div>
      <div className="faint">
        {evaluation.got}
        {common.colon}
        {evaluation.outcomes[item.outcome]}
        {item.got && (
          <>
            {" · "}
            <Plain text={item.got} />
          </>
        )}
      </div>
    </div>
  );
}

/** What is to be known of a run besides its figures: that it goes on, why it failed, how it was answered. */
function Remark({ run }: { run: Run }) {
  const { evaluation, common } = useText();
  if (run.state === "running") return <Alert type="info" showIcon message={evaluation.running} />;
  const message = run.message || (run.state === "done" ? "" : common.jobStates[run.state]);
  if (message === "") return null;
  return (
    <Alert
      type={run.state === "failed" ? "error" : "info"}
      showIcon
      message={<Plain text={message} lines />}
      description={run.hint && <Plain text={run.hint} lines />}
    />
  );
}

export function RunView({ id, version }: { id: number; version: number }) {
  const { evaluation } = useText();
  const format = useFormat();
  const api = useApi();
  const [onlyWrong, setOnlyWrong] = useState(false);
  const loaded = useLoad(`run ${id} ${version}`, (signal) => api.evaluation.run(id, signal));
  return (
    <Load of={loaded}>
      {(run) => (
        <div className="stack">
          <h2>
            <Plain text={run.name} />
          </h2>
          <p className="faint">
            {evaluation.kinds[run.kind]} · {format.count(run.questions)} · {format.time(run.started)}
          </p>
          <Remark run={run} />
          {run.state === "done" && (
            <>
              <MeasuresTable measures={run.measures} />
              <h3>{evaluation.items}</h3>
              <Checkbox checked={onlyWrong} onChange={(event) => setOnlyWrong(event.target.checked)}>
                {evaluation.onlyWrong}
              </Checkbox>
              <List
                dataSource={run.items.filter((item) => !onlyWrong || !item.ok)}
                pagination={{ pageSize: 25, hideOnSinglePage: true, showSizeChanger: false }}
                renderItem={(item) => (
                  <List.Item>
                    <ItemView item={item} />
                  </List.Item>
                )}
              />
            </>
          )}
        </div>
      )}
    </Load>
  );
}
