import { CloseOutlined } from "@ant-design/icons";
import { Button, Progress, Tooltip } from "antd";
import type { Job } from "../api/jobs";
import { useApi } from "../app/session";
import { useFormat, useText } from "../lang/language";
import { useAction } from "./action";
import { Plain } from "./plain";

export function useAmount(): (job: Job) => string {
  const { common } = useText();
  const format = useFormat();
  return (job) => {
    const number = job.unit === "bytes" ? format.bytes : format.count;
    if (job.total === 0) return common.jobStates.running;
    return common.units[job.unit](number(job.done), number(job.total));
  };
}

export function JobRow({ job }: { job: Job }) {
  const { common } = useText();
  const format = useFormat();
  const api = useApi();
  const amount = useAmount();
  const { busy, act } = useAction();
  const running = job.state === "running";
  const percent = job.total > 0 ? Math.min(100, Math.round((100 * job.done) / job.total)) : 0;
  const status = job.state === "failed" ? "exception" : job.state === "done" ? "success" : "normal";
  return (
    <div className="job">
      <div className="job-head">
        <strong>{common.jobKinds[job.kind]}</strong> <Plain text={job.subject} />
        {running && (
          <Tooltip title={common.cancelTask}>
            <Button
              type="text"
              size="small"
              loading={busy}
              icon={<CloseOutlined />}
              aria-label={`${common.cancelTask}: ${job.subject}`}
              onClick={() => void act(() => api.jobs.cancel(job.id))}
            />
          </Tooltip>
        )}
      </div>
      <Progress
        percent={percent}
        status={status}
        size="small"
        aria-label={`${common.jobKinds[job.kind]}: ${job.subject}`}
      />
      <div className="faint">
        {running ? amount(job) : common.jobStates[job.state]}
        {running && job.eta_s !== null && ` · ${common.timeLeft(format.duration(job.eta_s))}`}
      </div>
      {job.message && (
        <div className={job.state === "failed" ? "job-failed" : "faint"}>
          <Plain text={job.message} lines />
          {job.hint && (
            <>
              {" "}
              <Plain text={job.hint} lines />
            </>
          )}
        </div>
      )}
    </div>
  );
}
