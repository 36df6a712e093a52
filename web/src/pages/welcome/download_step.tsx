import { DownloadOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useEffect } from "react";
import type { ModelItem } from "../../api/machine";
import { useLive } from "../../app/jobs";
import { useApi, useSession } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { JobRow } from "../../parts/job_row";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { usePull } from "../models/model_card";
import { toFetch } from "./choice";

function Fetch({ model }: { model: ModelItem }) {
  const { welcome, models } = useText();
  const format = useFormat();
  const { jobs } = useLive();
  const { busy, pull } = usePull();
  const job = jobs.find((one) => one.kind === "pull" && one.subject === model.name);
  if (job && job.state !== "failed" && job.state !== "cancelled") return <JobRow job={job} />;
  return (
    <>
      {job && <JobRow job={job} />}
      <div className="row">
        <strong>
          <Plain text={model.name} />
        </strong>
        <span className="faint">
          {models.download(format.bytes(model.bytes))} · <Plain text={model.licence} />
        </span>
        <Button icon={<DownloadOutlined />} type="primary" loading={busy} onClick={() => pull(model)}>
          {welcome.startDownload}
        </Button>
      </div>
    </>
  );
}

export function DownloadStep({ chat }: { chat: string | null }) {
  const { welcome } = useText();
  const api = useApi();
  const { jobsEnded } = useLive();
  const { refresh } = useSession();
  const loaded = useLoad(`models ${jobsEnded}`, (signal) => api.machine.models(signal));
  // The other pages learn that there is a model now.
  useEffect(() => {
    if (jobsEnded > 0) void refresh();
  }, [jobsEnded, refresh]);
  return (
    <>
      <h2>{welcome.downloadTitle}</h2>
      <Load of={loaded}>
        {({ items }) => {
          const missing = toFetch(items, chat);
          if (missing.length === 0) return <Alert type="success" showIcon message={welcome.ready} />;
          return (
            <div className="stack">
              <p className="faint">{welcome.downloadHint}</p>
              {missing.map((model) => (
                <Fetch key={model.name} model={model} />
              ))}
            </div>
          );
        }}
      </Load>
    </>
  );
}
