export const servingGroup = 'serving.kserve.io';
