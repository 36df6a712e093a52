#include "serve/model_folder.h"

namespace cvp::serve {

Result<std::shared_ptr<ModelFolder::Claim>> ModelFolder::claim(const std::string& id) {
  const std::lock_guard guard(claimed_->mutex);
  if (!claimed_->ids.insert(id).second) {
    return fail(Errc::busy, text("{} is being fetched or removed already", "{} 正在下载或删除", id),
                text("wait until that is done", "请等它完成"));
  }
  return std::make_shared<Claim>(claimed_, id);
}

void ModelFolder::Claim::end() {
  const auto claimed = std::exchange(claimed_, nullptr);
  if (claimed == nullptr) return;
  const std::lock_guard guard(claimed->mutex);
  claimed->ids.erase(id_);
}

Result<std::shared_ptr<sys::HomeLock>> ModelFolder::lock(std::chrono::milliseconds patience,
                                                         const CancelToken& cancel) {
  const std::lock_guard guard(locking_);
  if (auto held = lock_.lock()) return held;
  auto fresh = std::make_shared<sys::HomeLock>(
      TRY(sys::HomeLock::acquire(folder_, "serve", patience, clock_, cancel)));
  lock_ = fresh;
  return fresh;
}

}  // namespace cvp::serve
