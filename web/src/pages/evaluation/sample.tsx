import { DownloadOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useText } from "../../lang/language";

const kSample = [
  { question: "How long is the warranty?", answers: ["24 months"], document: "handbook.pdf" },
  {
    question: "一个 7B 模型用 int4 量化后，权重占多少显存？",
    answers: ["3.5 GB"],
    document: "gpu-memory.md",
  },
  { question: "Who won the race in 1950?", answers: [] },
];

export function SampleButton() {
  const { evaluation } = useText();
  const save = () => {
    const lines = kSample.map((one) => `${JSON.stringify(one)}\n`).join("");
    const url = URL.createObjectURL(new Blob([lines], { type: "application/jsonl" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = evaluation.sampleName;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Button icon={<DownloadOutlined />} onClick={save}>
      {evaluation.sample}
    </Button>
  );
}
