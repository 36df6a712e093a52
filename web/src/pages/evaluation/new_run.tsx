import { UploadOutlined } from "@ant-design/icons";
import { Alert, Button, Form, Input, Modal, Radio } from "antd";
import { useRef, useState } from "react";
import type { EvalQuestion, Run } from "../../api/evaluation";
import { useLive } from "../../app/jobs";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { CollectionPicker } from "../../parts/collection_picker";
import { useLoad } from "../../parts/load";
import { kFileLimitBytes, kQuestionLimit, parseQuestions, type Problem } from "./questions";
import { SampleButton } from "./sample";

function useProblemText(): (problem: Problem) => string {
  const { problems } = useText().evaluation;
  const format = useFormat();
  return (problem) => {
    if (problem.what === "format" || problem.what === "question") return problems[problem.what](problem.line);
    return problem.what === "tooMany"
      ? problems.tooMany(format.count(kQuestionLimit))
      : problems[problem.what];
  };
}

export function NewRunDialog({ onClose, onStarted }: { onClose: () => void; onStarted: () => void }) {
  const { evaluation } = useText();
  const format = useFormat();
  const api = useApi();
  const { libraryVersion } = useLive();
  const collections = useLoad(`collections ${libraryVersion}`, (signal) => api.library.collections(signal));
  const { busy, act } = useAction();
  const problemText = useProblemText();
  const input = useRef<HTMLInputElement>(null);
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Run["kind"]>("retrieval");
  const [chosen, setChosen] = useState<number[]>([]);
  const [questions, setQuestions] = useState<EvalQuestion[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);

  const read = async (file: File | undefined) => {
    if (!file) return;
    setQuestions([]);
    if (file.size > kFileLimitBytes) return setProblem({ what: "tooLarge" });
    const parsed = parseQuestions(file.name, await file.text());
    setProblem("problem" in parsed ? parsed.problem : null);
    if ("questions" in parsed) setQuestions(parsed.questions);
    if (name === "") setName(file.name);
  };
  const start = async () => {
    const collectionsPart = chosen.length > 0 ? { collections: chosen } : {};
    if (await act(() => api.evaluation.start({ name: name.trim(), kind, questions, ...collectionsPart })))
      onStarted();
  };
  return (
    <Modal
      open
      title={evaluation.start}
      okText={evaluation.begin}
      okButtonProps={{ disabled: questions.length === 0 || name.trim() === "" }}
      confirmLoading={busy}
      onOk={() => void start()}
      onCancel={onClose}
    >
      <Form layout="vertical">
        <Form.Item label={evaluation.file} extra={evaluation.fileHint}>
          <div className="row">
            <Button icon={<UploadOutlined />} onClick={() => input.current?.click()}>
              {evaluation.chooseFile}
            </Button>
            <SampleButton />
          </div>
          <input
            ref={input}
            type="file"
            hidden
            aria-label={evaluation.chooseFile}
            accept=".jsonl,.json,.csv,.txt"
            onChange={(event) => {
              void read(event.target.files?.[0]);
              event.target.value = "";
            }}
          />
        </Form.Item>
        {problem && <Alert type="error" showIcon role="alert" message={problemText(problem)} />}
        {questions.length > 0 && (
          <Alert
            type="success"
            showIcon
            role="status"
            message={evaluation.read(format.count(questions.length))}
          />
        )}
        <Form.Item label={evaluation.name} htmlFor="run-name">
          <Input
            id="run-name"
            maxLength={200}
            value={name}
            placeholder={evaluation.namePlaceholder}
            onChange={(event) => setName(event.target.value)}
          />
        </Form.Item>
        <Form.Item label={evaluation.kind}>
          <Radio.Group value={kind} onChange={(event) => setKind(event.target.value as Run["kind"])}>
            {(Object.keys(evaluation.kinds) as Run["kind"][]).map((one) => (
              <Radio key={one} value={one} className="choice">
                {evaluation.kinds[one]} <span className="faint">{evaluation.kindHints[one]}</span>
              </Radio>
            ))}
          </Radio.Group>
        </Form.Item>
        <CollectionPicker
          collections={collections.data?.items ?? []}
          chosen={chosen}
          label={evaluation.file}
          onChange={setChosen}
        />
      </Form>
    </Modal>
  );
}
