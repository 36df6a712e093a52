import { DownloadOutlined, EyeOutlined } from "@ant-design/icons";
import { Button, Collapse, Descriptions, Drawer, List, Tag } from "antd";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { Plain } from "../../parts/plain";
import { useReader } from "../../reader/reader";
import { Passages } from "./passages";

export function DocumentDetails({ id, onClose }: { id: number; onClose: () => void }) {
  const { library, common } = useText();
  const format = useFormat();
  const api = useApi();
  const { open } = useReader();
  const loaded = useLoad(`document ${id}`, (signal) => api.library.document(id, signal));
  return (
    <Drawer open title={library.details} width="min(100vw, 520px)" onClose={onClose}>
      <Load of={loaded}>
        {(document) => (
          <div className="stack">
            <Descriptions
              column={1}
              size="small"
              bordered
              items={[
                { key: "name", label: common.name, children: <Plain text={document.name} /> },
                { key: "uri", label: library.path, children: <Plain text={document.uri} /> },
                { key: "type", label: library.type, children: <Plain text={document.media_type} /> },
                { key: "pages", label: library.columns.pages, children: document.pages || "–" },
                { key: "passages", label: library.passages, children: format.count(document.chunks) },
                { key: "size", label: common.size, children: format.bytes(document.bytes) },
              ]}
            />
            <h3>{library.revisions}</h3>
            <List
              dataSource={document.revisions}
              rowKey="revision"
              renderItem={(one) => (
                <List.Item
                  actions={[
                    <Button
                      key="open"
                      type="text"
                      icon={<EyeOutlined />}
                      aria-label={library.open(library.revision(one.number))}
                      onClick={() => {
                        onClose();
                        open({ document: id, revision: one.revision });
                      }}
                    />,
                    <Button
                      key="get"
                      type="text"
                      icon={<DownloadOutlined />}
                      aria-label={`${common.download}: ${library.revision(one.number)}`}
                      href={api.library.originalUrl(id, one.revision)}
                      download
                    />,
                  ]}
                >
                  <List.Item.Meta
                    title={
                      <>
                        {library.revision(one.number)}{" "}
                        {one.active && <Tag color="success">{library.active}</Tag>}
                      </>
                    }
                    description={`${format.time(one.added)} · ${format.bytes(one.bytes)}`}
                  />
                </List.Item>
              )}
            />
            <Collapse
              destroyOnHidden
              items={[
                {
                  key: "passages",
                  label: `${library.passages} (${format.count(document.chunks)})`,
                  children: <Passages document={document} onOpen={onClose} />,
                },
              ]}
            />
          </div>
        )}
      </Load>
    </Drawer>
  );
}
