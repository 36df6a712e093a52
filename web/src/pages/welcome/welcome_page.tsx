import { Button, Steps } from "antd";
import { useState } from "react";
import { navigate } from "../../app/router";
import { useText } from "../../lang/language";
import { Page } from "../../parts/page";
import { DocumentsStep } from "./documents_step";
import { DownloadStep } from "./download_step";
import { MachineStep } from "./machine_step";
import { ModelStep } from "./model_step";
import { QuestionStep } from "./question_step";
import "./welcome.css";

const kSteps = ["machine", "model", "download", "documents", "question"] as const;

export default function WelcomePage() {
  const { welcome } = useText();
  const [at, setAt] = useState(0);
  const [chat, setChat] = useState<string | null>(null);
  const step = kSteps[at] ?? "machine";
  const last = at === kSteps.length - 1;
  return (
    <Page title={welcome.title} intro={welcome.intro}>
      <Steps
        size="small"
        current={at}
        onChange={setAt}
        items={kSteps.map((key) => ({ title: welcome.steps[key] }))}
      />
      <section className="welcome-step" aria-live="polite">
        {step === "machine" && <MachineStep />}
        {step === "model" && <ModelStep chosen={chat} onChoose={setChat} />}
        {step === "download" && <DownloadStep chat={chat} />}
        {step === "documents" && <DocumentsStep />}
        {step === "question" && <QuestionStep />}
      </section>
      <div className="row">
        {at > 0 && <Button onClick={() => setAt(at - 1)}>{welcome.back}</Button>}
        <Button type="primary" onClick={() => (last ? navigate("/ask") : setAt(at + 1))}>
          {last ? welcome.finish : welcome.next}
        </Button>
      </div>
    </Page>
  );
}
