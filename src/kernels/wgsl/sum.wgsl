// The sum of all THREADS' values, through the kernel's `parts`. Every thread has to come here.
fn sum_of_all(thread: u32, value: f32) -> f32 {
    parts[thread] = value;
    for (var n = THREADS / 2u; n > 0u; n /= 2u) {
        workgroupBarrier();
        if thread < n {
            parts[thread] += parts[thread + n];
        }
    }
    workgroupBarrier();
    let sum = parts[0];
    workgroupBarrier();
    return sum;
}
