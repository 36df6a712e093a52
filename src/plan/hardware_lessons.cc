#include "plan/gpu_explain.h"

namespace cvp::plan {

std::vector<Lesson> hardware_lessons() {
  return {
      {text("What a GPU does for a model that a CPU does not", "GPU 比 CPU 强在哪里"),
       text("A model writes one token at a time, and for each token nearly all of its weights are read from "
            "memory once. So the speed "
            "of memory decides: a desktop's main memory reads 40 to 90 GB/s, a GPU's own memory 300 to "
            "8,000. Reading a long "
            "question is arithmetic instead: thousands of small cores and matrix units do in a second what a "
            "CPU does in a minute.",
            "模型一次写一个词元，每写一个几乎要把全部权重从内存读一遍。所以快慢取决于内存带宽：台式机内存每秒"
            "读 40 到 90 GB，显存每秒 "
            "300 到 8000 GB。读长问题则主要靠计算：GPU 有数千个小核心和矩阵单元，一秒的工作量 CPU "
            "要做一分钟。")},
      {text("GPU and graphics card", "GPU 与显卡"),
       text("The GPU is the chip. A graphics card is a board with a GPU, its own memory, power supply and "
            "cooling. A GPU can also sit "
            "inside the processor (integrated: no memory of its own), in a laptop, or on a server module "
            "without any screen.",
            "GPU 是芯片；显卡是装有 GPU、显存、供电和散热的板卡。GPU "
            "也可以在处理器里（核显，没有自己的显存）、在笔记本里，或在没有显示接口的服务器模组上。")},
      {verbatim("CUDA"), text("CUDA is NVIDIA's way to program its GPUs, and runs on NVIDIA only. CUDA "
                              "cores do single multiplications; Tensor cores "
                              "multiply small matrices and are several times faster at 16 bits and "
                              "below. The compute capability (8.9 for the RTX 40) "
                              "says what a chip can do. AMD has ROCm with HIP, Intel has oneAPI, Apple "
                              "has Metal; Vulkan runs nearly everywhere.",
                              "CUDA 是 NVIDIA 给自家 GPU 编程的平台，只能在 NVIDIA 上运行。CUDA "
                              "核心做单个乘法；Tensor Core 做小矩阵乘法，在 16 位及以下快数倍。"
                              "计算能力（RTX 40 是 8.9）表示芯片支持哪些功能。AMD 有 ROCm 和 "
                              "HIP，英特尔有 oneAPI，苹果有 Metal；Vulkan 几乎都能运行。")},
      {text("NVIDIA or AMD", "选 NVIDIA 还是 AMD"),
       text(
           "AMD gives more memory and bandwidth for the money. NVIDIA's software is supported everywhere and "
           "first. For answering "
           "questions with llama.cpp both work; for training and fine-tuning NVIDIA costs fewer evenings. "
           "AMD's numbers do not sort by themselves "
           "over generations: `cvp hw compare` shows the order that people use beside compute and bandwidth.",
           "同样的钱，AMD 的显存更大、带宽更高；NVIDIA 的软件支持最全、最早。用 llama.cpp "
           "回答问题，两家都可以；训练和微调用 NVIDIA 省心得多。"
           "AMD 各代的编号不能直接比大小：`cvp hw compare` 会把大家常用的排名与算力、带宽并列显示。")},
      {text("What a GPU needs around it", "GPU 需要怎样的主机"),
       text("Four to eight CPU cores a GPU, main memory at least as large as the GPU's, better twice, a "
            "solid-state disk, and a slot with "
            "eight or more PCIe lanes. The rule behind it: data must arrive at least as fast as the GPU "
            "consumes it. Training is "
            "strict about this, answering questions much less.",
            "每块 GPU 配 4 到 8 个 CPU 核心，内存不少于显存（最好两倍），用固态硬盘，插槽至少 8 条 PCIe "
            "通道。道理只有一条：数据到达的速度不能低于 GPU "
            "消耗的速度。训练时要求严格，只回答问题则宽松得多。")},
  };
}

}  // namespace cvp::plan
