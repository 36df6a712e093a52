import { DeleteOutlined, DownloadOutlined } from "@ant-design/icons";
import { App, Button, Tag } from "antd";
import type { Job } from "../../api/jobs";
import type { ModelItem } from "../../api/machine";
import { useLive } from "../../app/jobs";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { JobRow } from "../../parts/job_row";
import { Plain } from "../../parts/plain";

/** Starts a download; where the licence asks for it, only after it was accepted. */
export function usePull(): { busy: boolean; pull: (model: ModelItem) => void } {
  const { models, common } = useText();
  const api = useApi();
  const { modal } = App.useApp();
  const { note } = useLive();
  const { busy, act } = useAction();
  const start = (model: ModelItem, accepted: boolean) =>
    act(async () => note(await api.machine.pull(model.name, accepted)));
  return {
    busy,
    pull: (model) => {
      if (!model.must_accept) return void start(model, false);
      modal.confirm({
        title: models.licenceTitle,
        content: models.licenceText(model.name, model.licence),
        okText: models.accept,
        cancelText: common.cancel,
        onOk: () => start(model, true),
      });
    },
  };
}

export function ModelCard(props: {
  model: ModelItem;
  job: Job | undefined;
  admin: boolean;
  onChanged: () => void;
}) {
  const { models, common } = useText();
  const format = useFormat();
  const api = useApi();
  const { modal } = App.useApp();
  const { model, job, admin } = props;
  const { busy, act } = useAction();
  const { busy: starting, pull } = usePull();

  const use = () =>
    act(async () => {
      await api.machine.use(model.role === "chat" ? { chat: model.name } : { embed: model.name });
      props.onChanged();
    }, models.used(model.name));
  const confirmRemove = () =>
    modal.confirm({
      title: models.removeTitle(model.name),
      content: models.removeHint(format.bytes(model.bytes)),
      okText: models.free,
      okButtonProps: { danger: true },
      cancelText: common.cancel,
      onOk: async () => {
        if (await act(() => api.machine.removeModel(model.name))) props.onChanged();
      },
    });
  const running = job?.state === "running";
  return (
    <li className="model-card">
      <div className="model-head">
        <strong>
          <Plain text={model.name} />
        </strong>
        {model.in_use ? (
          <Tag color="success">{models.inUse}</Tag>
        ) : (
          model.installed && <Tag>{models.installed}</Tag>
        )}
      </div>
      <div className="faint">
        {model.installed
          ? models.onDisk(format.bytes(model.bytes))
          : models.download(format.bytes(model.bytes))}
        {model.memory_bytes > 0 && ` · ${models.memory(format.gib(model.memory_bytes))}`} ·{" "}
        <Plain text={model.licence} />
      </div>
      {job && <JobRow job={job} />}
      {admin && !running && (
        <div className="row model-actions">
          {!model.installed && (
            <Button
              size="small"
              type="primary"
              icon={<DownloadOutlined />}
              loading={starting}
              aria-label={`${models.pull} ${model.name}`}
              onClick={() => pull(model)}
            >
              {models.pull}
            </Button>
          )}
          {model.installed && !model.in_use && (
            <>
              {model.role !== "base" && (
                <Button
                  size="small"
                  type="primary"
                  loading={busy}
                  aria-label={`${models.use} ${model.name}`}
                  onClick={() => void use()}
                >
                  {models.use}
                </Button>
              )}
              <Button
                size="small"
                danger
                icon={<DeleteOutlined />}
                aria-label={`${models.free} ${model.name}`}
                onClick={confirmRemove}
              />
            </>
          )}
        </div>
      )}
    </li>
  );
}
