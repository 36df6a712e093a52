import { Skeleton } from "antd";
import { useEffect, useRef } from "react";
import { useLive } from "../../app/jobs";
import { useApi } from "../../app/session";
import { useFormat, useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { useLoad } from "../../parts/load";
import { Load } from "../../parts/page";
import { DropZone } from "../../upload/drop_zone";
import { UploadList } from "../../upload/upload_list";
import { useUploads } from "../../upload/uploads";

export function DocumentsStep() {
  const { welcome } = useText();
  const format = useFormat();
  const api = useApi();
  const { act } = useAction();
  const { libraryVersion } = useLive();
  const { items: uploads } = useUploads();
  const done = uploads.filter((item) => item.state === "done").length;
  const loaded = useLoad(`collections ${libraryVersion} ${done}`, (signal) =>
    api.library.collections(signal),
  );
  const making = useRef(false);
  const { data, reload } = loaded;
  const none = data?.items.length === 0;

  // A new server has no shelf yet: make one, so that dropping a file is all there is to do.
  useEffect(() => {
    if (!none || making.current) return;
    making.current = true;
    void act(async () => {
      await api.library.addCollection(welcome.firstCollection);
      reload();
    });
  }, [none, act, api, welcome, reload]);
  return (
    <>
      <h2>{welcome.documentsTitle}</h2>
      <p className="faint">{welcome.documentsHint}</p>
      <Load of={loaded}>
        {({ items }) => {
          const collection = items.find((one) => one.right !== "read");
          if (!collection) return <Skeleton active />;
          const count = items.reduce((sum, one) => sum + one.documents, 0);
          return (
            <div className="stack">
              <DropZone collection={collection.id} />
              <UploadList />
              {count > 0 && <p role="status">{welcome.added(format.count(count))}</p>}
            </div>
          );
        }}
      </Load>
    </>
  );
}
